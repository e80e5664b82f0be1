"""Mail that comes in by IMAP: fetched with its UIDs, read as answers, bounces or automatic replies."""

from puntual.adapters.email_imap.oauth import SERVICES, Client, Service, Tokens
from puntual.adapters.email_imap.reader import Mail
from puntual.adapters.email_imap.transport import ImapAccount, ImapMailbox

__all__ = ["SERVICES", "Client", "ImapAccount", "ImapMailbox", "Mail", "Service", "Tokens"]
