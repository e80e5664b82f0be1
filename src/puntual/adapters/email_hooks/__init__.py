"""Mail that comes in by a provider's call instead of a mailbox: Mailgun and Postmark, whole messages as they came."""

from puntual.adapters.email_hooks.webhook import Mailgun, Postmark

__all__ = ["Mailgun", "Postmark"]
