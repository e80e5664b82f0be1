"""A bank that never was: a year of movements with the truth of each beside it, and the file in which it tells them."""

from puntual.simulators.bank.file import camt053
from puntual.simulators.bank.year import Truth, World, build, is_wrong

__all__ = ["Truth", "World", "build", "camt053", "is_wrong"]
