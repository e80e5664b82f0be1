"""Benchmarks that ship with the product: what a machine of yours takes, measured by you. `puntual bench NAME`."""
