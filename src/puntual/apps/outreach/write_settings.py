"""The writer of what a company decides about its messages: its mail server and its own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from puntual.apps.outreach import wording
from puntual.apps.outreach.models import MailServer, Template
from puntual.apps.parties import vault


@transaction.atomic
def save_mail_server(*, creditor_id: int, told: Mapping[str, Any]) -> MailServer:
    """Keep the SMTP account. An empty password keeps the one there was; a change asks for a new test."""
    password = told.get("password") or ""
    row, _new = MailServer.objects.select_for_update().get_or_create(
        creditor_id=creditor_id, defaults={"host": told["host"], "sender": told["sender"]}
    )
    for name in ("host", "port", "security", "username", "sender", "sender_name"):
        setattr(row, name, told[name])
    if password:
        row.sealed_password = vault.seal_file(password.encode())
    elif not row.username:
        row.sealed_password = None
    row.tested_at = None
    row.save()
    return row


@transaction.atomic
def forget_mail_server(*, creditor_id: int) -> int:
    """Without a server, messages are written to the data folder."""
    return MailServer.objects.filter(creditor_id=creditor_id).delete()[0]


@transaction.atomic
def mail_server_works(*, creditor_id: int, at: datetime) -> None:
    """A test message was taken by the server."""
    MailServer.objects.filter(creditor_id=creditor_id).update(tested_at=at)


@transaction.atomic
def save_template(
    *, creditor_id: int, name: str, channel: str, subject: str, text: str, language: str = "es", variant: str = "",
    share: int = 50, country: str = "", segment: str = "", tone: str = "", accents: bool | None = None,
) -> Template:  # fmt: skip
    """The company's own words. `accents`: whether their SMS leaves with them; None, as the account says. UnusableInput
    when they are not Liquid."""
    wording.check(text)
    wording.check(subject)
    row, _new = Template.objects.update_or_create(
        creditor_id=creditor_id, name=name, channel=channel, language=language, variant=variant, country=country,
        segment=segment, tone=tone,
        defaults={"subject": subject, "text": text, "active": True, "share": share, "accents": accents},
    )  # fmt: skip
    return row


def set_share(*, template: Template, share: int) -> None:
    """So many of each hundred people are told that version from now on."""
    Template.objects.filter(pk=template.pk).update(share=share)


@transaction.atomic
def use_shipped(
    *, creditor_id: int, name: str, channel: str, language: str = "es", variant: str = "", segment: str = "",
    tone: str = "", country: str = "",
) -> dict[str, Any] | None:  # fmt: skip
    """Go back to the words that come with the product, or to the base version. Gives the own words that there were, to
    undo."""
    row = Template.objects.filter(
        creditor_id=creditor_id, name=name, channel=channel, language=language, variant=variant, country=country,
        segment=segment, tone=tone,
    ).first()  # fmt: skip
    if row is None:
        return None
    row.delete()
    where = {"language": language, "variant": variant, "segment": segment, "tone": tone, "country": country}
    return {"subject": row.subject, "text": row.text, "accents": row.accents, **where}
