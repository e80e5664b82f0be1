"""Spreadsheets and delimited text: encoding, delimiter, headings, amounts and dates found out by evidence."""

from puntual.adapters.tabular.layout import dump_layout, fingerprint, guess_layout, parse_layout
from puntual.adapters.tabular.read import read_table
from puntual.adapters.tabular.sheets import Table, open_table

__all__ = ["Table", "dump_layout", "fingerprint", "guess_layout", "open_table", "parse_layout", "read_table"]
