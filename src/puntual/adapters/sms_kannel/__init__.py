"""SMS by Kannel: its sendsms HTTP out, its delivery reports and messages in. SMPP binds are Kannel's own business."""

from puntual.adapters.sms_kannel.transport import KannelChannel
from puntual.adapters.sms_kannel.webhook import Kannel

__all__ = ["Kannel", "KannelChannel"]
