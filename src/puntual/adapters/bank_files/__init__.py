"""Bank statements as files: CAMT.053, MT940, OFX. Tables of banks go through `tabular` with a profile."""

FORMATS = ("camt053", "mt940", "ofx")
