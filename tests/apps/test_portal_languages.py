"""Every sentence of the customer's page exists in English and Portuguese: nobody meets half a page in Spanish."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest

import puntual.apps.portal as portal

ROOT = Path(portal.__file__).parent
#: Screens of the company's own people, and names that are each country's own (of its certificate, of a channel).
OTHERS = ("staff", "views_staff", "views_page", "choices")
_TAG = re.compile(r"""\{%-?\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
_BLOCK = re.compile(r"\{%\s*blocktranslate\b([^%]*)%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.S)
_HOLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def of_templates():
    """Sentences as gettext keeps them: holes as %(name)s, and each of a plural's two."""
    for file in sorted(ROOT.rglob("templates/**/*.html")):
        text = file.read_text(encoding="utf-8")
        yield from ((file.name, one or other) for one, other in _TAG.findall(text))
        for options, inside in _BLOCK.findall(text):
            singular = re.split(r"\{%\s*plural\s*%\}", inside)[0]
            plain = " ".join(singular.split()) if "trimmed" in options else singular
            holed = _HOLE.sub(r"%(\1)s", plain.replace("%", "%%") if _HOLE.search(plain) else plain)
            yield file.name, holed


def of_code():
    """The first argument of every `_`, `gettext` and `gettext_lazy` of the app."""
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                said = node.args[0]
                if node.func.id in ("_", "gettext", "gettext_lazy") and isinstance(said, ast.Constant):
                    yield file.name, said.value


def catalogue(language):
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    single = {key: said for key, said in read._catalog.items() if said and not (isinstance(key, tuple) and key[1])}
    return {key[0] if isinstance(key, tuple) else key: said for key, said in single.items()}


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_every_sentence_is_translated(language):
    known, asked = catalogue(language), [*of_templates(), *of_code()]
    assert len(asked) > 300, "the sentences of the page are found"
    missing = sorted(
        {(file, text) for file, text in asked if not file.startswith(OTHERS) and text.strip() and text not in known}
    )
    assert missing == []


@pytest.mark.parametrize("language", ["en", "pt_BR", "es_TU", "es_Vos"])
def test_a_translation_keeps_the_holes_of_its_sentence(language):
    holes = re.compile(r"%\((\w+)\)s")
    pairs = catalogue(language).items()
    wrong = {text: said for text, said in pairs if set(holes.findall(text)) != set(holes.findall(said))}
    assert wrong == {}
