"""Dialling: how many calls to place now (`pacing`)."""

from puntual.core.dialer.pacing import Observation, PacingRules, pace

__all__ = ["Observation", "PacingRules", "pace"]
