"""A stand-in of WhatsApp's Cloud API with the memory and the strictness of the real one."""

from puntual.simulators.whatsapp.desk import Person, PhoneNumber, Template, WhatsAppSimulator

__all__ = ["Person", "PhoneNumber", "Template", "WhatsAppSimulator"]
