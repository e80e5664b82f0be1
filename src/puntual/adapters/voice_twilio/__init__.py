"""Voice messages by Twilio: a call that says the words and offers not to be called again."""

from puntual.adapters.voice_twilio.transport import TwilioVoiceChannel

__all__ = ["TwilioVoiceChannel"]
