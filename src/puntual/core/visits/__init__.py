"""Visits to a customer's address: in which order, within which hours, and what each came to."""

from puntual.core.visits.results import RESULTS, VisitResult
from puntual.core.visits.route import Stop, in_order, metres
from puntual.core.visits.windows import Window, lawful, planned_at

__all__ = ["RESULTS", "Stop", "VisitResult", "Window", "in_order", "lawful", "metres", "planned_at"]
