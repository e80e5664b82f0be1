"""Who is who: normal forms of names and tax ids, and what a tax id tells about its holder. No check digits here.

A party is known by its tax id when that id identifies; generic ids (public in general, final consumer) never do.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^\w&]+")
#: Legal forms of the countries served, as they read once points are gone and blanks are single. Longest first.
_FORMS = (
    "sociedad anonima de capital variable", "sociedad de responsabilidad limitada",
    "sociedad por acciones simplificada",
    "sociedad anonima cerrada", "sociedad anonima", "sapi de cv", "s a p i de c v", "sa de cv", "s a de c v",
    "s de rl de cv", "s de r l de c v", "s de rl", "s de r l", "s en c", "s c", "sc", "a c", "ac", "sa de rl",
    "sas bic", "s a s", "sas", "s a c", "sac", "s a a", "saa", "e i r l", "eirl", "s r l", "srl", "s p a", "spa",
    "ltda", "limitada", "s a", "sa", "s l u", "slu", "s l", "sl", "c a", "ca", "eireli", "epp", "me",
    "esp", "inc", "llc", "ltd", "gmbh",
)  # fmt: skip
_FORM = re.compile(r"(?:\s(?:" + "|".join(re.escape(f) for f in sorted(_FORMS, key=len, reverse=True)) + r"))+$")

#: Tax ids that many customers share: they never identify anybody.
_GENERIC = {
    "MX": {"XAXX010101000", "XEXX010101000"},
    "CO": {"222222222222", "2222222222", "222222222", "2222222222227", "444444444", "444444444000"},
    "PE": {"00000000", "99999999", "00000000000", "0", "11111111"},
    "CL": {"666666666", "555555555", "444444446", "11111111", "111111111", "600000000"},
    "EC": {"9999999999999", "9999999999"},
    "AR": {"23000000000", "55000000000", "99999999999", "20222222223", "20111111112"},
    "BR": {"00000000000", "00000000000000", "99999999999999"},
    "ES": {"00000000T", "ESX"},
}


def plain(text: str) -> str:
    """Lower case, without accents (ñ becomes n), with single blanks.

    >>> plain("  José  ÑAÑO ")
    'jose nano'
    """
    if text.isascii():
        return _SPACES.sub(" ", text).strip().casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _SPACES.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def normal_name(name: str) -> str:
    """A name to compare by: plain, without punctuation, articles of law or legal form.

    >>> normal_name("Comercializadora Ñandú, S.A. de C.V."), normal_name("LA CASA S.A.S.")
    ('comercializadora nandu', 'la casa')
    """
    words = _SPACES.sub(" ", _NOT_WORD.sub(" ", plain(name))).strip()
    return _FORM.sub("", words) or words


def normal_tax_id(text: str, country: str) -> str:
    """The id in capitals without points, blanks, dashes or country prefix. Colombia's check digit is left out.

    >>> normal_tax_id("900.123.456-8", "CO"), normal_tax_id("76.354.771-k", "CL"), normal_tax_id("ESB12345674", "ES")
    ('900123456', '76354771K', 'B12345674')
    """
    upper = text.strip().upper()
    if country == "CO" and re.fullmatch(r"[\d.\s]+-\s*\d", upper):
        upper = upper.rpartition("-")[0]
    bare = re.sub(r"[\s./\-–_]", "", upper)
    if country and len(bare) > 8 and bare.startswith(country) and country not in ("MX", "CO"):
        bare = bare[len(country) :]
    return bare


def is_generic(tax_id: str, country: str) -> bool:
    """Whether the (normal) tax id is one that many customers share, or is made of one repeated digit."""
    if not tax_id:
        return True
    return tax_id in _GENERIC.get(country, ()) or (tax_id.isdigit() and len(set(tax_id)) == 1)


def debtor_kind(tax_id: str, country: str) -> str:
    """`business`, `consumer` or `unknown`, from the form of a normal tax id. It suggests; a person may correct it.

    >>> debtor_kind("URE180429TM6", "MX"), debtor_kind("10456789012", "PE"), debtor_kind("B12345674", "ES")
    ('business', 'consumer', 'business')
    """
    judge = _KINDS.get(country)
    return judge(tax_id) if judge and tax_id and not is_generic(tax_id, country) else "unknown"


def _pick(business: bool, consumer: bool) -> str:
    return "business" if business else "consumer" if consumer else "unknown"


def _mx(t: str) -> str:
    return _pick(len(t) == 12, len(t) == 13)


def _co(t: str) -> str:
    return _pick(len(t) in (9, 10) and t[0] in "89" and t.isdigit(), t.isdigit() and 5 <= len(t) <= 10)


def _pe(t: str) -> str:
    return _pick(
        len(t) == 11 and t.startswith("20"), len(t) == 8 or (len(t) == 11 and t[:2] in ("10", "15", "16", "17"))
    )


def _cl(t: str) -> str:
    number = int(t[:-1]) if t[:-1].isdigit() else 0
    return _pick(number >= 50_000_000, 0 < number < 50_000_000)


def _ar(t: str) -> str:
    return _pick(len(t) == 11 and t[:2] in ("30", "33", "34"), (len(t) == 11 and t[0] == "2") or len(t) in (7, 8))


def _ec(t: str) -> str:
    return _pick(len(t) == 13 and t[2] in "69", len(t) == 10 or (len(t) == 13 and t[2] in "012345"))


def _br(t: str) -> str:
    return _pick(len(t) == 14, len(t) == 11)


def _es(t: str) -> str:
    return _pick(bool(t) and t[0] in "ABCDEFGHJNPQRSUVW", len(t) == 9 and (t[0].isdigit() or t[0] in "KLMXYZ"))


_KINDS = {"MX": _mx, "CO": _co, "PE": _pe, "CL": _cl, "AR": _ar, "EC": _ec, "BR": _br, "ES": _es}
