"""A message as e-mail bytes: text and HTML, one-click unsubscribe, nothing about the debt in what a preview shows."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from puntual.ports.channels import Outgoing


def as_email(message: Outgoing, *, now: datetime) -> EmailMessage:
    """RFC 5322 message with List-Unsubscribe (RFC 8058) and a Message-ID of our own."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{message.message_id}>"
    mail["Date"] = format_datetime(now)
    mail["From"] = Address(message.sender_name, addr_spec=message.sender)
    mail["To"] = Address(message.recipient_name, addr_spec=message.recipient)
    mail["Subject"] = message.subject
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.reply_to:
        mail["Reply-To"] = Address(message.sender_name, addr_spec=message.reply_to)
    if message.in_reply_to:
        mail["In-Reply-To"] = f"<{message.in_reply_to}>"
        mail["References"] = " ".join(f"<{one}>" for one in message.references)
    if message.automatic:
        mail["Auto-Submitted"] = "auto-replied" if message.in_reply_to else "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for name, media, content in message.attachments:
        kind, _, subtype = media.partition(";")[0].partition("/")
        mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return mail
