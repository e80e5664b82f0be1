"""One spelling for many: lower case, no accents, no stretched letters, chat abbreviations and typos of date words
mended.

Each character remembers where it stood in the original, so that what is found here can be shown in the person's own
words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import attrs

#: Chat spellings to words. Several words may stand for one.
_ABBREVIATIONS = {
    "q": "que", "k": "que", "ke": "que", "qe": "que", "xq": "porque", "xk": "porque", "pq": "porque", "porq": "porque",
    "xke": "porque", "pork": "porque", "porke": "porque", "pa": "para", "p": "para", "pal": "para el", "pq'": "porque",
    "x": "por", "xfa": "por favor", "xfavor": "por favor", "xfis": "por favor", "porfa": "por favor",
    "plis": "por favor",
    "pls": "please", "plz": "please", "porfis": "por favor", "pf": "por favor", "pfv": "por favor", "fvr": "favor",
    "t": "te", "d": "de", "tmb": "tambien", "tb": "tambien", "tbn": "tambien", "tambn": "tambien", "dps": "despues",
    "desp": "despues", "bn": "bien", "toy": "estoy", "stoy": "estoy", "toi": "estoy", "ta": "esta", "tas": "estas",
    "ntp": "no te preocupes", "msj": "mensaje", "msjs": "mensajes", "mjs": "mensajes", "msg": "mensaje",
    "mensjs": "mensajes", "mensje": "mensaje", "mnsj": "mensaje", "mensages": "mensajes", "num": "numero",
    "nro": "numero",
    "nmro": "numero", "cel": "celular", "tel": "telefono", "kien": "quien", "qn": "quien", "kiero": "quiero",
    "qiero": "quiero", "cta": "cuenta", "qta": "cuenta", "depo": "deposito", "transf": "transferencia",
    "manna": "manana", "mnn": "manana", "mnna": "manana", "mna": "manana", "manan": "manana", "manaa": "manana",
    "ma;ana": "manana", "mayana": "manana", "maniana": "manana", "mannana": "manana", "mañanita": "manana",
    "mananita": "manana", "tempra": "temprano", "biernes": "viernes", "bierns": "viernes", "vierns": "viernes",
    "vrns": "viernes", "vie": "viernes", "viernez": "viernes", "lun": "lunes", "savado": "sabado",
    "sab": "sabado", "sabadito": "sabado", "vierncito": "viernes", "viernesito": "viernes", "dom": "domingo",
    "mierc": "miercoles", "juevez": "jueves", "huebes": "jueves", "juebes": "jueves", "lunez": "lunes",
    "kincena": "quincena",
    "kinsena": "quincena", "quinsena": "quincena", "quicena": "quincena", "qna": "quincena", "kinzena": "quincena",
    "quinzena": "quincena", "sem": "semana", "aora": "ahora", "haora": "ahora", "orita": "ahorita", "aorita": "ahorita",
    "ahurita": "ahorita", "oy": "hoy", "yame": "llame", "yamen": "llamen", "yamar": "llamar",
    "equibocado": "equivocado", "ekivocado": "equivocado", "equivokado": "equivocado", "ekibocado": "equivocado",
    "equivocao": "equivocado", "nesecito": "necesito", "vc": "voce", "vcs": "voces", "tbm": "tambem", "n": "nao",
    "amnh": "amanha", "hj": "hoje", "pgto": "pagamento", "im": "i'm", "dont": "don't", "cant": "can't", "u": "you",
    "tmrw": "tomorrow", "tmr": "tomorrow", "2morrow": "tomorrow", "boi": "voy", "boy": "voy", "aser": "hacer",
    "ise": "hice",
    "ize": "hice", "hise": "hice", "ciero": "quiero", "transferensia": "transferencia", "trasferencia": "transferencia",
    "tranferencia": "transferencia", "transfencia": "transferencia", "usté": "usted", "uste": "usted", "ute": "usted",
    "ustds": "ustedes", "uds": "ustedes", "ud": "usted", "pue": "pues", "pos": "pues", "ps": "pues",
}  # fmt: skip
#: How the days are shortened, petted and pronounced: «vier», «lunesito», «el vielne», «fri».
_DAYS_AS_SAID = {
    "lunes": "lune lunesito lunecito lun", "martes": "martesito martecito", "miercoles": "mier mie mielcole mielcoles "
    "miercolesito miercole mierco", "jueves": "jue juev jueve juevesito juevecito hueves jueb juebe",
    "viernes": "vier viern vierne vielne vielnes bielne bielnes viernecito vienres vrn", "sabado": "sabao sabo sba "
    "sabdo sabadin sadado", "domingo": "dominguito domin doming domigo", "manana": "mananitica mananitas manan",
    "ayer": "aller ayr ayel ayercito hayer", "anteayer": "antiel antesdeayer",
    "quincena": "quincenita quincenal quincenna", "friday": "fri", "thursday": "thu thur thurs", "tuesday": "tue tues",
    "wednesday": "wed weds", "tomorrow": "tomorow tommorow tommorrow tmro tmrrw 2mrw", "tonight": "tonite 2nite 2night",
    "night": "nite", "yesterday": "yday yest yesterdy", "morning": "mornin mrng", "ontem": "onte ontm",
}  # fmt: skip
_ABBREVIATIONS |= {short: word for word, said in _DAYS_AS_SAID.items() for short in said.split()}

#: Words that may be mended when one letter is off, and true words that only look like them.
_MENDED = (
    "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo", "manana", "quincena", "semana",
    "septiembre",
    "noviembre", "diciembre", "octubre", "febrero", "transferencia", "equivocado", "deposito", "comprobante",
    "mensajes",
)  # fmt: skip
_TRUE_WORDS = frozenset(
    [
        "vienes",
        "sacado",
        "salado",
        "semanal",
        "semanas",
        "quincenal",
        "quincenas",
        "lunas",
        "sabados",
        "domingos",
        "mananas",
        "equivocada",
        "equivocados",
        "depositos",
        "deposite",
        "deposita",
        "mensaje",
        "comprobantes",
        "transferencias",
        "sanado",
        "lunar",
        "marte",
        "mares",
        "mates",
        "luces",
        "dominio",
        "viertes",
        "mansana",
        "mantas",
        "manzana",
        "setiembre",
        "depositos",
        "semanitas",
        "dominga",
        "jueces",
        "nueves",
        "depositar",
        "depositan",
    ]
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[\W_]", re.UNICODE)
_STRETCH = re.compile(r"([^\W\d_])\1{2,}")


@attrs.frozen
class Normal:
    """`text` as we read it; `origin[i]` is where its character i began in the original."""

    text: str
    origin: tuple[int, ...]
    original: str

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The stretch [start, end) in the positions of the original text."""
        first = self.origin[start]
        last = self.origin[end - 1]
        stop = last + 1
        while stop < len(self.original) and end < len(self.origin) and stop < self.origin[end]:
            stop += 1
        if end == len(self.origin):
            stop = len(self.original)
        return first, len(self.original[:stop].rstrip())


def fold(text: str) -> str:
    """Lower case without accents, one character for each: `ñ` becomes `n`, so "mañana" and "manana" are one."""
    out = []
    for char in text:
        base = unicodedata.normalize("NFKD", char)[:1].lower() or char
        out.append(base if len(base) == 1 else char)
    return "".join(out)


#: "pagó" and "pago" differ by the accent only, and by who pays when: the past is said in the plural, which has no twin.
_PAST_BY_ACCENT = {
    "pagó": "pagaron", "depositó": "depositaron", "abonó": "abonaron", "canceló": "cancelaron", "giró": "giraron",
    "liquidó": "liquidaron", "consignó": "consignaron", "mandó": "mandaron", "transfirió": "transfirieron",
}  # fmt: skip


def normalize(original: str) -> Normal:
    """The text in the one spelling that cues, dates and amounts are written for."""
    folded = fold(original)
    text: list[str] = []
    origin: list[int] = []
    for match in _TOKEN.finditer(folded):
        token, start = match.group(), match.start()
        mended = _mend(token) if token[0].isalpha() and not _is_money_mark(token, folded, match) else token
        mended = _PAST_BY_ACCENT.get(original[start : match.end()].lower(), mended)
        if token.isspace():
            mended = " "
            if text and text[-1] == " ":
                continue
        for i, char in enumerate(mended):
            text.append(char)
            origin.append(start + min(i, len(token) - 1))
    return Normal("".join(text), tuple(origin), original)


def _is_money_mark(token: str, folded: str, match: re.Match[str]) -> bool:
    """«80 k» and «q 500» are money, not the chat spelling of "que"."""
    if token == "k":
        return folded[: match.start()].rstrip()[-1:].isdigit()
    return token == "q" and folded[match.end() :].lstrip(" .")[:1].isdigit()


@lru_cache(maxsize=20_000)
def _mend(token: str) -> str:
    if token in _ABBREVIATIONS:
        return _ABBREVIATIONS[token]
    short = _STRETCH.sub(r"\1", token)
    if short in _ABBREVIATIONS:
        return _ABBREVIATIONS[short]
    if len(short) < 5 or short in _TRUE_WORDS or short in _MENDED:
        return short
    for word in _MENDED:
        if word[0] == short[0] and abs(len(word) - len(short)) <= 1 and _one_off(short, word):
            return word
    return short


def _one_off(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns a into b."""
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        )
        return len(wrong) <= 1 or swapped
    long, short = (a, b) if len(a) > len(b) else (b, a)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
