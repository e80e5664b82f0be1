"""Voice messages in «Modo de prueba»: the script as text and, where the machine can speak, as sound."""

from puntual.adapters.voice_file.transport import VoiceFileChannel

__all__ = ["VoiceFileChannel"]
