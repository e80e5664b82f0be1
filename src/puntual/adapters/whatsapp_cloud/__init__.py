"""WhatsApp Cloud API (Meta): approved templates, free words within the 24-hour window, statuses and messages."""

from puntual.adapters.whatsapp_cloud.transport import WhatsAppChannel
from puntual.adapters.whatsapp_cloud.webhook import WhatsApp

__all__ = ["WhatsApp", "WhatsAppChannel"]
