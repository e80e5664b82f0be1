"""Versions of words that learn: each night, who gets which is moved towards what people answer, within bounds.

Only where a policy lets it («aprender: {texto: true}»). People stay in the version drawn for them; what moves is the
share of the second version, a step a night. Each move goes to the audit log with its day: the share in force is the
chance with which that version was said.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from puntual.apps.audit import write as audit
from puntual.apps.outreach import read_templates
from puntual.apps.outreach import write_settings as templates
from puntual.apps.outreach.models import Template
from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.core.segments.contactability import with_chance

#: A version is said to so many of each hundred at least, and moves so many points a night at most.
LEAST_SHARE, STEP = 10, 10
#: With fewer messages of either version nothing moves.
ENOUGH = 30
#: What both versions are taken to have got before the first message: one answer in eight, little sure.
_YES, _NO = 1.0, 7.0


def learn_words(creditor: Creditor, at: datetime) -> int:
    """Move the shares of the templates with two versions; how many moved. None does if no policy learns words."""
    if not any(bound.policy.learning.wording for bound in policies.in_force(creditor.pk, at).values()):
        return 0
    moved = 0
    for row in Template.objects.filter(creditor=creditor, active=True).exclude(variant="").order_by("pk"):
        arms = {arm.variant: arm for arm in read_templates.arms(creditor.pk, row.name, row.channel, row.language)}
        share = next_share(row.share, arms.get("A"), arms.get(row.variant))
        if share != row.share:
            audit.record(
                act="template.share", kind="template", pk=row.pk,
                detail={"version": row.variant, "antes": row.share, "ahora": share},
            )  # fmt: skip
            templates.set_share(template=row, share=share)
            moved += 1
    return moved


def next_share(now: int, base: read_templates.Arm | None, other: read_templates.Arm | None) -> int:
    """The second version's share tonight: towards the chance that it is answered best, a step at a time."""
    if base is None or other is None or min(base.sent, other.sent) < ENOUGH:
        return now
    got = [(arm.sent, min(arm.sent, max(arm.answered, arm.visited, arm.paid))) for arm in (base, other)]
    options = pl.DataFrame(
        {"party": [1, 1], "alpha": [_YES + yes for _, yes in got], "beta": [_NO + n - yes for n, yes in got]}
    )
    wanted = round(100 * float(with_chance(options, explore=0.0)["propensity"][1]))
    aimed = min(max(wanted, LEAST_SHARE), 100 - LEAST_SHARE)
    return max(now - STEP, min(now + STEP, aimed))
