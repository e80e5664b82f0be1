"""Reads for the screens of templates: which words there are, whose they are, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puntual.apps.outreach import shipped, wording
from puntual.apps.outreach.models import Message, Template
from puntual.apps.outreach.shipped import CHANNELS, PART_OF

SHIPPED_CHANNELS = CHANNELS
LANGUAGES: Mapping[str, str | Promise] = {"es": _("Español"), "pt": _("Portugués"), "en": _("Inglés")}


def label(name: str) -> str:
    """The name of a template as people read it."""
    return shipped.label(name) or name.replace("_", " ").capitalize()


def names(creditor_id: int) -> list[str]:
    """Every template that a step may use: those that come with the product, and the creditor's own."""
    own = Template.objects.filter(creditor_id=creditor_id).values_list("name", flat=True)
    order = {name: i for i, name in enumerate(wording.names())}
    return sorted({*wording.names(), *own}, key=lambda n: (order.get(n, 99), n))


def choices(creditor_id: int) -> list[tuple[str, str]]:
    """(name, label) of every template, in the order of a debt's life."""
    return [(name, label(name)) for name in names(creditor_id)]


@attrs.frozen
class Words:
    """The words of one template, channel and language, and whether the creditor wrote its own. `variant` B: the second
    version, told to `share` percent of people."""

    name: str
    channel: str
    subject: str
    text: str
    own: bool
    language: str = "es"
    variant: str = ""
    share: int = 50
    accents: bool | None = None


def words(
    creditor_id: int, name: str, channel: str, language: str = "es", variant: str = "", form: str = "usted",
    segment: str = "", tone: str = "", country: str = "",
) -> Words:  # fmt: skip
    """The creditor's own words for that segment, tone and country (empty: for all), else those that come with the
    product."""
    mine = Template.objects.filter(
        creditor_id=creditor_id, name=name, channel=channel, language=language, variant=variant, country=country,
        segment=segment, tone=tone, active=True,
    ).first()  # fmt: skip
    if mine:
        return Words(name, channel, mine.subject, mine.text, True, language, variant, mine.share, mine.accents)
    subject = shipped.shipped(name, "asunto", language, form).strip() if channel == "email" else ""
    text = shipped.shipped(name, PART_OF.get(channel, "whatsapp"), language, form)
    return Words(name, channel, subject, text, False, language, variant)


def own_of(creditor_id: int) -> set[tuple[str, str]]:
    """(name, channel) of the templates that the creditor wrote, in any language."""
    return set(Template.objects.filter(creditor_id=creditor_id, active=True).values_list("name", "channel"))


def variants_of(creditor_id: int, name: str, channel: str, language: str) -> list[str]:
    """The versions of a template beside the base one."""
    rows = Template.objects.filter(creditor_id=creditor_id, name=name, channel=channel, language=language, active=True)
    return sorted(set(rows.exclude(variant="").values_list("variant", flat=True)))


@attrs.frozen
class Arm:
    """How one version of a message did: how many were sent, and of those answered, visited, followed by a payment."""

    variant: str
    sent: int
    answered: int
    visited: int
    paid: int

    @property
    def paid_pct(self) -> str:
        return f"{100 * self.paid / self.sent:.1f}" if self.sent else ""


def arms(creditor_id: int, name: str, channel: str, language: str) -> list[Arm]:
    """Each version that was compared, by its name; people stay in the version drawn for them."""
    rows = Message.objects.filter(
        outbox__creditor_id=creditor_id, outbox__template=name, outbox__channel=channel, outbox__state="sent",
        language=language,
    ).exclude(variant="")  # fmt: skip

    def with_fact(*kinds: str) -> Count:
        return Count("outbox", filter=Q(outbox__facts__kind__in=kinds), distinct=True)

    told = rows.values("variant").annotate(
        sent=Count("outbox", distinct=True), answered=with_fact("replied"), visited=with_fact("clicked"),
        paid=with_fact("paid"),
    )  # fmt: skip
    return [Arm(**row) for row in told.order_by("variant")]


def narrower_of(creditor_id: int, name: str, channel: str, language: str) -> list[tuple[str, str, str]]:
    """(segment, tone, country) for which a creditor wrote words of their own."""
    rows = Template.objects.filter(creditor_id=creditor_id, name=name, channel=channel, language=language, active=True)
    return sorted(set(rows.exclude(segment="", tone="", country="").values_list("segment", "tone", "country")))
