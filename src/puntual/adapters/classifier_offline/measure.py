"""Measures the reader on a labelled part: `python -m puntual.adapters.classifier_offline.measure
[prueba_novena|prueba_decima]`.

Prints the table of docs/explanation/entender-respuestas.md: precision, recall and F1 of each intent, their mean
(macro-F1), how many replies were read wholly right, exact dates and amounts, and processor milliseconds a text.
"""

from __future__ import annotations

import sys
from time import process_time

import attrs

from puntual.adapters.classifier_offline.classifier import OfflineClassifier
from puntual.adapters.classifier_offline.sentences import MEASURED, Sentence, sentences
from puntual.core.customers.understanding import INTENTS, Understanding


@attrs.frozen
class Score:
    """Of one intent: how many replies have it (`n`), and precision, recall and F1 in [0, 1]."""

    n: int
    precision: float
    recall: float
    f1: float


@attrs.frozen
class Measured:
    """Of a whole part. Rates in [0, 1]; `dates` and `amounts` are over the replies that name one, `false_dates` and
    `false_amounts` count those read where none was said."""

    size: int
    scores: dict[str, Score]
    macro_f1: float
    exact: float
    dates: float
    amounts: float
    false_dates: int
    false_amounts: int
    automatic_share: float
    automatic_right: float
    ms: float


def measure(labelled: list[Sentence], automatic_from: float = 0.8) -> Measured:
    """Reads every sentence and compares with its label. `automatic_from` is the confidence over which a machine
    would act."""
    classifier = OfflineClassifier()
    start = process_time()
    read = [classifier.classify(one.text, one.country, one.at) for one in labelled]
    ms = (process_time() - start) * 1000 / len(labelled)
    pairs = list(zip(labelled, read, strict=True))
    scores = {intent: _score(intent, pairs) for intent in INTENTS}
    right = [set(got.intents) == one.intents for one, got in pairs]
    sure = [ok for ok, (_, got) in zip(right, pairs, strict=True) if got.confidence >= automatic_from]
    return Measured(
        size=len(pairs),
        scores=scores,
        macro_f1=sum(score.f1 for score in scores.values()) / len(scores),
        exact=_rate(right),
        dates=_rate([got.date == one.date for one, got in pairs if one.date]),
        amounts=_rate([got.amount == one.amount for one, got in pairs if one.amount]),
        false_dates=sum(one.date is None and got.date is not None for one, got in pairs),
        false_amounts=sum(one.amount is None and got.amount is not None for one, got in pairs),
        automatic_share=len(sure) / len(pairs),
        automatic_right=_rate(sure),
        ms=ms,
    )


def _score(intent: str, pairs: list[tuple[Sentence, Understanding]]) -> Score:
    true = sum(intent in one.intents for one, _ in pairs)
    said = sum(intent in got.intents for _, got in pairs)
    both = sum(intent in one.intents and intent in got.intents for one, got in pairs)
    return Score(true, both / max(1, said), both / max(1, true), 2 * both / max(1, said + true))


def _rate(flags: list[bool]) -> float:
    return sum(flags) / max(1, len(flags))


def table(measured: Measured) -> str:
    """The figures as a Markdown table, in Spanish."""
    lines = ["| intención | n | precisión | exhaustividad | F1 |", "|---|---:|---:|---:|---:|"]
    for intent, score in measured.scores.items():
        lines.append(f"| {intent} | {score.n} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |")
    lines += [
        f"| **media (macro-F1)** | {measured.size} | | | **{measured.macro_f1:.3f}** |",
        "",
        f"Respuestas leídas del todo bien: {measured.exact:.3f}. Fechas exactas: {measured.dates:.3f} "
        f"(de más: {measured.false_dates}). Importes exactos: {measured.amounts:.3f} (de más: "
        f"{measured.false_amounts}). "
        f"Con confianza de 0.80 o más: {measured.automatic_share:.3f} de las respuestas, de ellas bien "
        f"{measured.automatic_right:.3f}. {measured.ms:.1f} ms de procesador por texto.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    for part in sys.argv[1:] or MEASURED:
        print(f"\n{part}\n\n{table(measure(sentences(part)))}")
