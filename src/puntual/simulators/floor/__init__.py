"""A calling floor simulated event by event, the same from the same seed: for tests, demonstrations and training."""

from puntual.simulators.floor.day import Floor, Result, World

__all__ = ["Floor", "Result", "World"]
