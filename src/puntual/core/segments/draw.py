"""Chance that anyone can repeat: a uniform number from an id and a salt, the same on every machine and in every
version."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import polars as pl


def uniform(ids: pl.Series, salt: str) -> npt.NDArray[np.float64]:
    """One number in [0, 1) per integer id: splitmix64 (Steele, Lea and Flood, 2014) of the id and the salt's
    digest."""
    start = int.from_bytes(hashlib.blake2b(salt.encode(), digest_size=8).digest(), "big")
    with np.errstate(over="ignore"):  # arithmetic modulo 2^64 is the point
        x = ids.cast(pl.Int64).to_numpy().astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return np.asarray((x >> np.uint64(11)).astype(np.float64) / float(2**53))
