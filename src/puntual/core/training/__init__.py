"""Role play of hard conversations: what an agent said, how an invented person answers, and how well it was done."""

from puntual.core.training.heard import Heard, hear
from puntual.core.training.person import Case, Mood, Reply, answer, read_case, start
from puntual.core.training.rubric import Exchange, Mark, Score, score

__all__ = [
    "Case",
    "Exchange",
    "Heard",
    "Mark",
    "Mood",
    "Reply",
    "Score",
    "answer",
    "hear",
    "read_case",
    "score",
    "start",
]
