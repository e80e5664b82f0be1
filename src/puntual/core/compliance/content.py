"""The linter of templates and scripts: what a message must not say, and what it must.

Pure: words, patterns and requirements are values that `law/content_loader.py` reads from data. A finding names its
rule, its citation, the line, the offending text and what to write instead. Patterns of every language always apply,
so a threat in English is found in a Spanish template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from puntual.core.compliance.content_text import Readable, Template, readable, split, strip_accents
from puntual.core.errors import UnusableInput
from puntual.core.frames import CHANNELS, STAGES

#: How far back, in characters of readable text, a negation is looked for.
_LOOK_BACK = 170
_FAR_WORDS = 14
_AMOUNT = re.compile(
    r"(?:[$€£¥]|R\$|S/\.?|US\$|\b(?:usd|mxn|cop|pen|clp|ars|eur|gbp|brl|crc)\b) ?\d[\d.,]*"
    r"|\b\d[\d.,]* ?(?:pesos|soles|euros|dolares|reais|colones|usd|mxn|cop|pen|clp|ars|eur|brl|%)",
    re.IGNORECASE,
)
_AMOUNT_DATUM = re.compile(
    r"\{\{[^}]*(?:total|saldo|monto|importe|capital|interes|gasto|deuda|adeudo|atraso|mora|dias|amount|balance|valor|debt"
    r"|divida|overdue)[^}]*\}\}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
#: A run of capitals that ends so is the name of a company.
_LEGAL_FORMS = frozenset(
    ["SA", "SAS", "SAC", "SRL", "SPA", "LTDA", "SL", "SLU", "LLC", "INC", "LTD", "CV", "A", "C", "L"]
)
_SHOUTED_MARKS = re.compile(r"[!¡]{2,}")


@attrs.frozen
class Pattern:
    """One expression over readable text; `unless` saves it when it is in the same sentence."""

    find: re.Pattern[str]
    unless: re.Pattern[str] | None = None


@attrs.frozen
class Negations:
    """How each language takes back what follows, and where a sentence ends."""

    near: re.Pattern[str]
    far: re.Pattern[str]
    boundary: re.Pattern[str]


@attrs.frozen
class Topic:
    """Something a message must not do. `countries` empty: everywhere."""

    name: str
    suffix: str
    suggestion: str
    cite: str
    patterns: Mapping[str, tuple[Pattern, ...]]
    judicial_ok: bool = False
    countries: tuple[str, ...] = ()


@attrs.frozen
class Requirement:
    """Something a message must say: one pattern of every group. A pattern marked raw reads the file as written."""

    name: str
    suffix: str
    missing: str
    suggestion: str
    stages: tuple[str, ...]
    channels: tuple[str, ...]
    groups: tuple[tuple[tuple[re.Pattern[str], bool], ...], ...]


@attrs.frozen
class Citation:
    """Which norm asks or forbids it in one country; `rule` empty: named after the country and the topic."""

    cite: str
    evidence: str
    rule: str = ""


@attrs.frozen
class CountryContent:
    """What one country asks and forbids, with its citations, and the names of its complaint offices."""

    country: str
    requires: Mapping[str, Citation]
    forbids: Mapping[str, Citation]
    office: re.Pattern[str]


@attrs.frozen
class ContentRules:
    """All the content rules: compiled once by the loader, the same for every template."""

    version: str
    topics: tuple[Topic, ...]
    requirements: tuple[Requirement, ...]
    countries: Mapping[str, CountryContent]
    negations: Mapping[str, Negations]
    acronyms: frozenset[str]
    shouting: frozenset[str]


@attrs.frozen
class Finding:
    """One thing to mend, in words for who writes the template."""

    rule: str
    cite: str
    line: int
    text: str
    suggestion: str

    def as_json(self) -> dict[str, str | int]:
        return attrs.asdict(self)


def lint(
    text: str,
    *,
    country: str,
    stage: str,
    channel: str,
    language: str | None = None,
    rules: ContentRules,
    lawyer_approved: bool = False,
) -> list[Finding]:
    """What must be mended before the template may be used, by line. Empty: it may.

    `language` narrows the patterns to one language (es, pt, en); by default all of them apply. Judicial words pass
    only in the judicial stage of a text that a lawyer approved. UnusableInput for an unknown country, stage, channel
    or language, or a template without text.
    """
    law = _checked(country, stage, channel, language, rules)
    template = split(text)
    if not template.body.strip():
        raise UnusableInput("La plantilla está vacía: escriba el texto del mensaje después de «---».")
    languages = (language,) if language else tuple(rules.negations)
    judicial = stage == "judicial" and lawyer_approved
    found = [
        *_forbidden(template, law, languages, rules, judicial),
        *_headers(template, law, languages, rules),
        *_capitals(template, law, rules),
        *_missing(template, law, stage, channel, rules),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.line, finding.rule))


def _checked(country: str, stage: str, channel: str, language: str | None, rules: ContentRules) -> CountryContent:
    if country not in rules.countries:
        raise UnusableInput(
            f"No hay normas de contenido para «{country}»: use uno de {', '.join(sorted(rules.countries))}."
        )
    if stage not in STAGES:
        raise UnusableInput(f"«{stage}» no es una etapa: use una de {', '.join(STAGES)}.")
    if channel not in CHANNELS:
        raise UnusableInput(f"«{channel}» no es un canal: use uno de {', '.join(CHANNELS)}.")
    if language is not None and language not in rules.negations:
        raise UnusableInput(
            f"No hay patrones para el idioma «{language}»: use uno de {', '.join(sorted(rules.negations))}."
        )
    return rules.countries[country]


def _finding(topic: Topic, law: CountryContent, template: Template, part: Readable, span: tuple[int, int]) -> Finding:
    own = law.forbids.get(topic.name)
    rule = own.rule if own and own.rule else f"{law.country}-{topic.suffix}"
    start, last = part.offset(span[0]), part.offset(span[1] - 1)
    text = " ".join(template.source[start : last + 1].split())
    return Finding(rule, own.cite if own else topic.cite, template.line(start), text, topic.suggestion)


def _applies(topic: Topic, law: CountryContent, judicial: bool) -> bool:
    return (not topic.countries or law.country in topic.countries) and not (topic.judicial_ok and judicial)


def _forbidden(
    template: Template, law: CountryContent, languages: tuple[str, ...], rules: ContentRules, judicial: bool
) -> Iterator[Finding]:
    parts = [readable(template.body, template.body_offset)]
    parts += [readable(header.value, header.offset) for header in template.headers]
    topics = [t for t in rules.topics if t.name not in ("subject_data", "capitals") and _applies(t, law, judicial)]
    for part in parts:
        for topic in topics:
            for start, end in _matches(part, topic, languages, rules):
                yield _finding(topic, law, template, part, (start, end))
        yield from _marks(part, template, law, topics)


def _marks(part: Readable, template: Template, law: CountryContent, topics: list[Topic]) -> Iterator[Finding]:
    urgency = next((topic for topic in topics if topic.name == "false_urgency"), None)
    for mark in _SHOUTED_MARKS.finditer(part.text) if urgency else ():
        if urgency:
            yield _finding(urgency, law, template, part, mark.span())


def _matches(
    part: Readable, topic: Topic, languages: tuple[str, ...], rules: ContentRules
) -> Iterator[tuple[int, int]]:
    """Where the topic's patterns match and nothing takes the words back. A span that one language saves is saved for
    all."""
    found: list[tuple[int, int]] = []
    saved: set[tuple[int, int]] = set()
    for pattern in (pattern for language in languages for pattern in topic.patterns.get(language, ())):
        for match in pattern.find.finditer(part.text):
            (saved.add if _saved(pattern, match, part.text, rules) else found.append)(match.span())
    taken: list[tuple[int, int]] = []
    for start, end in found:
        if (start, end) not in saved and not any(begun < end and start < ended for begun, ended in taken):
            taken.append((start, end))
            yield start, end


def _saved(pattern: Pattern, match: re.Match[str], text: str, rules: ContentRules) -> bool:
    """Whether the sentence takes the words back: a negation of any language, or the pattern's own `unless`."""
    if pattern.unless and pattern.unless.search(_sentence(text, match)):
        return True
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    return any(_negated(before, words) for words in rules.negations.values())


def _sentence(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(stop, 0, match.start()) for stop in ".;!?¶") + 1
    ends = [end for end in (text.find(stop, match.end()) for stop in ".;!?¶") if end >= 0]
    return text[start : min(ends, default=len(text))]


def _negated(before: str, words: Negations) -> bool:
    clause = before
    for boundary in words.boundary.finditer(before):
        clause = before[boundary.end() :]
    if words.near.search(clause):
        return True
    ends = [found.end() for found in words.far.finditer(clause)]
    return bool(ends) and len(_WORD.findall(clause[ends[-1] :])) <= _FAR_WORDS


def _headers(
    template: Template, law: CountryContent, languages: tuple[str, ...], rules: ContentRules
) -> Iterator[Finding]:
    topic = next(t for t in rules.topics if t.name == "subject_data")
    for header in template.headers:
        part = readable(header.value, header.offset)
        shown = [match.span() for match in _AMOUNT.finditer(part.text)]
        for span in [*shown, *_matches(part, topic, languages, rules)]:
            yield _finding(topic, law, template, part, span)
        whole = Readable(header.value, tuple(range(header.offset, header.offset + len(header.value))))
        for datum in _AMOUNT_DATUM.finditer(header.value):
            yield _finding(topic, law, template, whole, datum.span())


def _capitals(template: Template, law: CountryContent, rules: ContentRules) -> Iterator[Finding]:
    topic = next(t for t in rules.topics if t.name == "capitals")
    for start, value in [(template.body_offset, template.body), *((h.offset, h.value) for h in template.headers)]:
        part = readable(value, start)
        for run in re.finditer(r"(?:\b[A-Z]{2,}\b|\b[A-Z]\b)(?:[ ,\-]+(?:\b[A-Z]+\b))*", part.text):
            if _shouted(run.group(), rules):
                yield _finding(topic, law, template, part, run.span())


def _shouted(run: str, rules: ContentRules) -> bool:
    """A run of capitals shouts if it has three words, or a word that people shout. Acronyms and company names do
    not."""
    words = [word for word in _WORD.findall(run) if word not in rules.acronyms]
    if not words or _WORD.findall(run)[-1] in _LEGAL_FORMS:
        return False
    if any(word.casefold() in rules.shouting and len(word) > 1 for word in words):
        return len(words) > 1 or len(words[0]) > 4
    return len(words) >= 4 or sum(len(word) > 3 for word in words) >= 3


def _missing(
    template: Template, law: CountryContent, stage: str, channel: str, rules: ContentRules
) -> Iterator[Finding]:
    raw = _without_comments(template.source)
    plain = strip_accents(raw).casefold() + " ¶ " + readable(template.source).text.casefold()
    for need in rules.requirements:
        asked = law.requires.get(need.name)
        if asked is None or stage not in need.stages or channel not in need.channels:
            continue
        if need.name == "complaint_office" and law.office.search(plain):
            continue
        if not all(any(p.search(raw if as_is else plain) for p, as_is in group) for group in need.groups):
            rule = asked.rule or f"{law.country}-{need.suffix}"
            yield Finding(rule, asked.cite, 1, need.missing, need.suggestion)


def _without_comments(source: str) -> str:
    return re.sub(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|<!--.*?-->", " ", source, flags=re.DOTALL)
