"""What must be mended in a template before it may be used: the linter, over the stages in which it can leave."""

from __future__ import annotations

from collections.abc import Sequence

from puntual.core.compliance.content import Finding, lint
from puntual.law.content_loader import load_content

#: The stages in which a template that no policy places yet could leave by itself; judicial ones never do.
STAGES = ("preventive", "administrative", "extrajudicial")


def activation_findings(
    *, subject: str, text: str, country: str, channel: str, language: str | None = None, stages: Sequence[str] = STAGES
) -> list[Finding]:
    """Everything the norm of the country holds against the words, once each. Empty: it may be activated."""
    whole = f"Asunto: {subject}\n\n{text}" if subject else text
    found: dict[tuple[str, int, str], Finding] = {}
    for stage in stages:
        for one in lint(whole, country=country, stage=stage, channel=channel, language=language, rules=load_content()):
            found.setdefault((one.rule, one.line, one.text), one)
    return list(found.values())
