"""SMS by Twilio's REST API: httpx and the signature of its webhooks; its 50 MB library is not needed for that."""

from puntual.adapters.sms_twilio.transport import TwilioChannel
from puntual.adapters.sms_twilio.webhook import Twilio

__all__ = ["Twilio", "TwilioChannel"]
