"""A believable portfolio of three Latin American companies, the same from the same seed. Every person and number is
invented."""
