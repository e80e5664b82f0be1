"""The two ways in which the product says no to whoever asked. Both carry a sentence for people."""

from __future__ import annotations


class UnusableInput(Exception):
    """What came in cannot be used. The sentence says what, where and how to mend it. Command line: exit code 2."""

    def __init__(self, sentence: str, *, field: str | None = None, where: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.field, self.where = sentence, field, where


class Refused(Exception):
    """The law, a permission, a limit or stale data forbids it. Command line: exit code 3."""

    def __init__(self, sentence: str, *, reason: str | None = None, rule: str | None = None, cite: str | None = None):
        super().__init__(sentence)
        self.sentence, self.reason, self.rule, self.cite = sentence, reason, rule, cite
