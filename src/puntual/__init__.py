"""Puntual: cobranza amable, legal y medible."""

__version__ = "0.1.0"
