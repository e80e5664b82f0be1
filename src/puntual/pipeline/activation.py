"""What must be mended in a template before it may be used: the linter, over the stages in which it can leave."""

from __future__ import annotations

from collections.abc import Sequence

from puntual.core.compliance.content import Finding, lint
from puntual.law.content_loader import load_content

#: The stages in which a template that no policy places yet could leave by itself; judicial ones never do.
STAGES = ("preventive", "administrative", "extrajudicial")


def activation_findings(
    *, text: str, country: str, channel: str, stages: Sequence[str] = STAGES, language: str | None = None
) -> list[Finding]:
    """Everything the norm of the country holds against the words (an e-mail's subject is their first line), each
    finding once, in order of its line. Empty: it may be activated."""
    found: dict[tuple[str, int], Finding] = {}
    for stage in stages:
        for one in lint(text, country=country, stage=stage, channel=channel, language=language, rules=load_content()):
            found.setdefault((one.rule, one.line), one)
    return sorted(found.values(), key=lambda one: one.line)
