"""`puntual init`: schema, keyring, law packs checked, a starting policy. May be run again."""

from __future__ import annotations

import click

from puntual.project.cli import django_setup, emit, progress

#: preset -> (country name, zone, currency) of the company that `init` makes when there is none yet.
PRESETS = {
    "mx": ("México", "America/Mexico_City", "MXN"),
    "co": ("Colombia", "America/Bogota", "COP"),
    "pe": ("Perú", "America/Lima", "PEN"),
    "cl": ("Chile", "America/Santiago", "CLP"),
    "ar": ("Argentina", "America/Argentina/Buenos_Aires", "ARS"),
    "ec": ("Ecuador", "America/Guayaquil", "USD"),
    "br": ("Brasil", "America/Sao_Paulo", "BRL"),
    "es": ("España", "Europe/Madrid", "EUR"),
}


@click.command()
@click.option("--approve-first", type=click.IntRange(min=0), help="Cuántos primeros envíos se aprueban uno por uno.")
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="País de la empresa y de su política inicial.")
@click.option("--json", "as_json", is_flag=True)
def command(approve_first: int | None, preset: str | None, as_json: bool) -> None:
    """Prepara la carpeta de datos: tablas, llavero, normas y una política inicial."""
    prepare()
    document = start(preset, approve_first)
    emit(document, as_json=as_json, human=_say(document))


def prepare() -> None:
    """Schema and guards, safe to repeat."""
    django_setup()
    from django.conf import settings
    from django.core.management import call_command

    from puntual.apps.parties import read, vault
    from puntual.apps.receivables import guard
    from puntual.apps.reports import bi_views

    (settings.DATA / "static").mkdir(parents=True, exist_ok=True)
    progress("Preparando las tablas...")
    bi_views.lower_views()
    call_command("migrate", verbosity=0, interactive=False)
    guard.raise_guard()
    bi_views.raise_views()
    vault.make_keyring(fresh=not read.creditors())


def start(preset: str | None, approve_first: int | None) -> dict[str, object]:
    """The law packs that loaded, and the company and policy of the preset if there is none yet."""
    from puntual.apps.parties import read as parties
    from puntual.apps.parties import write as parties_write
    from puntual.apps.policies import presets, read
    from puntual.apps.policies import write as policies
    from puntual.law.loader import load_law

    packs = [pack.country for pack in load_law().packs.values()]
    creditors = list(parties.creditors())
    if preset and not creditors:
        name, zone, currency = PRESETS[preset]
        creditors = [
            parties_write.create_creditor(
                code="empresa", name=f"Mi empresa ({name})", country=preset.upper(), zone=zone, currency=currency,
                credit_days=30,
            )
        ]  # fmt: skip
    for creditor in creditors:
        if not read.policies_of(creditor.pk):
            version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for(creditor.country))
            policies.activate(version=version)
        if approve_first is not None:
            parties_write.set_approve_first(creditor_id=creditor.pk, count=approve_first)
    return {
        "packs": sorted(packs),
        "creditors": [c.code for c in creditors],
        "policies": [p.name for c in creditors for p in read.policies_of(c.pk)],
    }


def _say(document: dict) -> str:
    if not document["creditors"]:
        return (
            "Listo. Aún no hay ninguna empresa: entre a la web y elija «Empezar con mis datos», o repita con --preset."
        )
    return f"Listo. Empresa: {', '.join(document['creditors'])}. Política: {', '.join(document['policies'])}."
