"""Content rules from `law/content/` to the values of `core.compliance.content`, compiled once.

The files are written for people: a space in a pattern means a space, accents and capitals do not matter, and a
pattern is a whole word or phrase unless it says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from puntual.core.compliance.content import (
    Citation,
    ContentRules,
    CountryContent,
    Negations,
    Pattern,
    Requirement,
    Topic,
)
from puntual.core.compliance.content_text import strip_accents
from puntual.core.errors import UnusableInput
from puntual.law.charges_loader import read_yaml, well_formed

FOLDER = Path(__file__).parent / "content"
LANGUAGES = ("es", "pt", "en")


@lru_cache(maxsize=1)
def load_content() -> ContentRules:
    """Every content rule of every country. UnusableInput names the file and the pattern that does not compile."""
    with well_formed("law/content"):
        return _rules()


def _rules() -> ContentRules:
    words = {language: read_yaml(FOLDER / f"{language}.yaml") for language in LANGUAGES}
    topics, needs = read_yaml(FOLDER / "topics.yaml"), read_yaml(FOLDER / "requirements.yaml")
    countries = read_yaml(FOLDER / "countries.yaml")
    return ContentRules(
        version=countries["version"],
        topics=tuple(_topic(name, row, words) for name, row in topics["topics"].items()),
        requirements=tuple(_requirement(name, row) for name, row in needs["requirements"].items()),
        countries={code: _country(code, row, countries["everywhere"]) for code, row in countries["countries"].items()},
        negations={language: _negations(document, language) for language, document in words.items()},
        acronyms=frozenset(topics["acronyms"]),
        shouting=frozenset(strip_accents(word) for document in words.values() for word in document["shouting"]),
    )


def _topic(name: str, row: Mapping[str, Any], words: Mapping[str, Any]) -> Topic:
    patterns = {
        language: tuple(_pattern(entry, f"{language}.yaml, {name}") for entry in document["topics"].get(name, ()))
        for language, document in words.items()
    }
    return Topic(
        name,
        row["suffix"],
        row["suggestion"],
        row["cite"],
        patterns,
        judicial_ok=bool(row.get("judicial_ok", False)),
        countries=tuple(row.get("countries", ())),
    )


def _pattern(entry: str | Mapping[str, str], where: str) -> Pattern:
    if isinstance(entry, str):
        return Pattern(_words(entry, where))
    return Pattern(_words(entry["find"], where), _compile(entry["unless"], where))


def _negations(document: Mapping[str, Any], language: str) -> Negations:
    where, negations = f"{language}.yaml, negations", document["negations"]
    near = _compile("|".join(f"(?:{text.removesuffix('$')}) ?$" for text in negations["near"]), where)
    far = _compile("|".join(f"(?:{text})" for text in negations["far"]), where)
    return Negations(near, far, _compile("|".join(document["boundaries"]), where))


def _requirement(name: str, row: Mapping[str, Any]) -> Requirement:
    where = f"requirements.yaml, {name}"
    groups = tuple(tuple(_presence(entry, where) for entry in group) for group in row["all_of"])
    return Requirement(
        name, row["suffix"], row["missing"], row["suggestion"], tuple(row["stages"]), tuple(row["channels"]), groups
    )


def _presence(entry: str | Mapping[str, Any], where: str) -> tuple[re.Pattern[str], bool]:
    if isinstance(entry, str):
        return _compile(entry, where), False
    try:
        return re.compile(entry["find"]), True
    except re.error as error:
        raise UnusableInput(f"{where}: «{entry['find']}» no es una expresión válida ({error}).") from None


def _country(code: str, row: Mapping[str, Any], everywhere: Mapping[str, Any]) -> CountryContent:
    requires = {**everywhere["requires"], **row["requires"]}
    return CountryContent(
        code,
        {name: Citation(**found) for name, found in requires.items()},
        {name: Citation(**found) for name, found in row["forbids"].items()},
        _compile(row["office"], f"countries.yaml, {code}"),
    )


def _words(text: str, where: str) -> re.Pattern[str]:
    return _compile(rf"(?<!\w)(?:{text})(?!\w)", where)


def _compile(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(strip_accents(text), re.IGNORECASE)
    except re.error as error:
        raise UnusableInput(f"{where}: «{text}» no es una expresión válida ({error}).") from None
