"""What a contact centre owes the companies that hand it their portfolios: commissions and files in their own words."""

from puntual.core.clients.commission import COLLECTED, EARNED, CommissionTerms, Rate, earned, terms_from
from puntual.core.clients.returns import FIELDS, ReturnLayout, parse_return_layout, table

__all__ = [
    "COLLECTED",
    "EARNED",
    "FIELDS",
    "CommissionTerms",
    "Rate",
    "ReturnLayout",
    "earned",
    "parse_return_layout",
    "table",
    "terms_from",
]
