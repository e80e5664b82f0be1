"""A stand-in for the SAT and a PAC: throw-away certificates and stamps. For tests and demonstrations only."""

from puntual.simulators.sat.documents import Parties, credit_note, folio_of, invoice, payment

__all__ = ["Parties", "credit_note", "folio_of", "invoice", "payment"]
