"""`puntual lint`: what must be mended in a template before anybody receives it. Needs no memory."""

from __future__ import annotations

from pathlib import Path

import click

from puntual.core.compliance.content import Finding, lint
from puntual.core.errors import UnusableInput
from puntual.law.content_loader import load_content
from puntual.project.cli import DONE, FINDINGS, emit

_MAX_BYTES = 1_000_000
#: The stages as people in an office call them.
_STAGES = {
    "preventiva": "preventive", "administrativa": "administrative",
}  # fmt: skip


@click.command(help="Revisa una plantilla: lo que no debe decir y lo que le falta, con la norma y qué escribir.")
@click.argument("template_file", required=False)
@click.option("--country", help="País, por ejemplo MX.")
@click.option("--stage", help="preventive, administrative, extrajudicial o judicial.")
@click.option("--channel", help="email, letter, whatsapp, sms, call, voice, visit o task.")
@click.option("--language", help="es, pt o en; por omisión, los tres.")
@click.option("--lawyer-approved", is_flag=True, help="Un abogado aprobó el texto (solo cuenta en la etapa judicial).")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(
    template_file: str | None,
    country: str | None,
    stage: str | None,
    channel: str | None,
    language: str | None,
    lawyer_approved: bool,
    as_json: bool,
) -> int:
    if template_file is None:
        raise UnusableInput(
            "Falta la plantilla: «puntual lint ARCHIVO --country MX --stage preventive --channel email»."
        )
    if country is None or stage is None or channel is None:
        missing = [
            name for name, given in (("country", country), ("stage", stage), ("channel", channel)) if given is None
        ]
        raise UnusableInput(f"Falta --{missing[0]}: «puntual lint --help» muestra los valores.")
    text = _read(Path(template_file))
    found = lint(
        text,
        country=country.upper(),
        stage=_STAGES.get(stage, stage),
        channel=channel,
        language=language,
        rules=load_content(),
        lawyer_approved=lawyer_approved,
    )
    emit({"findings": [one.as_json() for one in found]}, as_json=as_json, human=_human(template_file, found))
    return FINDINGS if found else DONE


def _read(path: Path) -> str:
    """The template's text, which must also be a template that can be rendered."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UnusableInput(f"«{path.name}» es demasiado grande para ser una plantilla (más de 1 MB).")
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise UnusableInput(f"No se puede leer «{path.name}»: revise que el archivo exista y se pueda abrir.") from None
    except UnicodeDecodeError:
        raise UnusableInput(f"«{path.name}» no es texto en UTF-8: guárdelo con esa codificación.") from None
    if not text.strip():
        raise UnusableInput(f"«{path.name}» está vacía: escriba el texto del mensaje.")
    _check_syntax(text, path.name)
    return text


def _check_syntax(text: str, name: str) -> None:
    from liquid import Environment
    from liquid.exceptions import LiquidError

    try:
        Environment().from_string(text)
    except LiquidError as error:
        token = getattr(error, "token", None)
        line = f", línea {text.count(chr(10), 0, token.start_index) + 1}" if token is not None else ""
        raise UnusableInput(f"«{name}»{line}: la plantilla no se puede leer; revise sus {{{{ }}}} y {{% %}}.") from None


def _human(name: str, found: list[Finding]) -> str:
    if not found:
        return f"{name}: sin observaciones."
    rows = [f"{name}:{one.line}: {one.text}\n    {one.suggestion}\n    {one.rule} · {one.cite}" for one in found]
    return "\n".join(rows)
