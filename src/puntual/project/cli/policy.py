"""`puntual policy check|diff|activate`: a policy proved before it rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import attrs
import click

from puntual.core import reasons
from puntual.core.compliance import Law
from puntual.core.errors import UnusableInput
from puntual.core.policy import Policy
from puntual.project.cli import DONE, FINDINGS, django_setup, emit

#: A week without a holiday in any pack, so that only the policy itself can be at fault.
CALM_MONDAY = date(2026, 9, 21)


def read(file: Path) -> Policy:
    """The policy of a YAML file. UnusableInput with every problem and its place."""
    from puntual.apps.policies.read import parse_text

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnusableInput(f"No se pudo leer {file}: compruebe la ruta y que sea texto UTF-8.") from None
    return parse_text(text)


def findings_of(
    policy: Policy, debtors: tuple[str, ...] = ("consumer", "business"), *, law: Law | None = None
) -> list[dict]:
    """What the law of the policy's country would not let it do, for each kind of debtor. `law`: that of the packs
    alone, if not told."""
    from puntual.core.policy.rehearsal import rehearse
    from puntual.law.loader import load_law

    law = law or load_law()
    pack = law.pack(policy.country)
    if pack is None:
        raise UnusableInput(f"No hay norma cargada para {policy.country}: no se puede ensayar la política.")
    found = []
    for debtor in debtors:
        for one in rehearse(policy, law, country=policy.country, zone=pack.zones[0], debtor=debtor, monday=CALM_MONDAY):
            reason = reasons.as_json(one.reason, rule=one.rule, cite=one.cite)
            found.append({"debtor": debtor, **attrs.asdict(one), "reason": reason})
    return found


def _law() -> Law:
    """The law of this installation; that of the packs alone where there are no tables yet."""
    from django.db import DatabaseError

    from puntual.law.loader import load_law
    from puntual.pipeline.law_in_force import law_in_force

    try:
        return law_in_force()
    except DatabaseError:
        return load_law()


@click.group()
def command() -> None:
    """Políticas: comprobar, comparar y activar."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def check(file: Path, as_json: bool) -> int:
    """Comprueba que una política se entiende y que la norma de su país la permite tal como está escrita."""
    django_setup()
    policy = read(file)
    found = findings_of(policy, law=_law())
    document = {"policy": policy.name, "country": policy.country, "steps": len(policy.steps), "findings": found}
    lines = [f"{f['text']}, {f['debtor']}: {f['reason']['text']} ({f['cite']})" for f in found]
    emit(document, as_json=as_json, human="\n".join(lines) or f"«{policy.name}» se puede usar: la norma no la corrige.")
    return FINDINGS if found else DONE


@command.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--creditor")
@click.option("--json", "as_json", is_flag=True)
def diff(a: Path, b: Path, creditor: str | None, as_json: bool) -> None:
    """Qué cambia mañana, y para quién, si la política B toma el lugar de A."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.core.time import local_date, local_instant
    from puntual.pipeline.simulate import compare

    one = parties.creditor(creditor)
    tomorrow = local_date(datetime.now(UTC), one.zone) + timedelta(days=1)
    document = compare(creditor=one, a=read(a), b=read(b), moment=local_instant(tomorrow, time(6), one.zone))
    human = (
        f"Cambia para {document['changed']} de {document['accounts']} clientes; contactos de mañana: "
        f"{document['contacts_before']} -> {document['contacts_after']}."
    )
    emit(document, as_json=as_json, human=human)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--creditor")
@click.option("--json", "as_json", is_flag=True)
def activate(file: Path, creditor: str | None, as_json: bool) -> int:
    """Pone en vigor una política, si la norma de su país la permite."""
    django_setup()
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties
    from puntual.apps.policies import write

    policy = read(file)
    found = findings_of(policy, law=_law())
    if found:
        first = found[0]
        raise UnusableInput(
            f"La política no se activó: {first['text']}, {first['reason']['text']} ({first['cite']}). "
            "Véalo todo con `puntual policy check`."
        )
    one = parties.creditor(creditor)
    version = write.save_version(creditor_id=one.pk, text=file.read_text(encoding="utf-8"))
    write.activate(version=version)
    write.make_default(policy=version.policy)
    audit.record(act="policy_activated", kind="policy_version", pk=version.pk, detail={"policy": version.policy_id})
    document = {"policy": policy.name, "version": version.number, "active_from": version.active_from}
    emit(document, as_json=as_json, human=f"«{policy.name}» rige desde ahora en {one.name} (versión {version.number}).")
    return DONE
