"""What a bank answers: pain.002 of ISO 20022 (any version), or its own table in CSV or Excel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from puntual.adapters.direct_debit.layouts import told
from puntual.adapters.tabular.dates import parse_date
from puntual.adapters.tabular.headings import normal_heading
from puntual.adapters.tabular.sheets import open_table
from puntual.adapters.xml_safe import Element, FieldError, child, children, iso_date, local_name, parse, text
from puntual.core.errors import UnusableInput
from puntual.ports import debits
from puntual.ports.debits import Answer

#: Codes of a status in pain.002: what each says of a charge.
_STATUS = {"ACSC": debits.PAID, "ACCC": debits.PAID, "RJCT": debits.REJECTED}


def read(data: bytes, filename: str) -> list[Answer]:
    """Every charge that the file speaks of, in its order. UnusableInput when it is no answer of a bank."""
    head = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    return _pain002(data) if head.startswith(b"<") else _rows(data, filename)


def _pain002(data: bytes) -> list[Answer]:
    root = parse(data)
    report = next((r for r in root if local_name(r) == "CstmrPmtStsRpt"), None)
    if report is None:
        raise UnusableInput("No es una respuesta del banco (pain.002): no trae CstmrPmtStsRpt.")
    group = child(report, "OrgnlGrpInfAndSts")
    message = text(group, "OrgnlMsgId")
    found = [
        _transaction(one, message)
        for info in children(report, "OrgnlPmtInfAndSts")
        for one in children(info, "TxInfAndSts")
    ]
    if not found and _STATUS.get(text(group, "GrpSts")) == debits.REJECTED:
        found = [Answer("", debits.REJECTED, _reason(group), None, message)]
    if not found:
        for info in children(report, "OrgnlPmtInfAndSts"):
            if _STATUS.get(text(info, "PmtInfSts")) == debits.REJECTED:
                raise UnusableInput(
                    f"El banco rechazó el grupo «{text(info, 'OrgnlPmtInfId')}» sin decir qué cargos: pida el detalle."
                )
    return found


def _transaction(one: Element, message: str) -> Answer:
    status = _STATUS.get(text(one, "TxSts"), debits.ACCEPTED)
    return Answer(text(one, "OrgnlEndToEndId"), status, _reason(one), _day(one), message)


def _reason(one: Element) -> str:
    return text(one, "StsRsnInf", "Rsn", "Cd") or text(one, "StsRsnInf", "Rsn", "Prtry")


def _day(one: Element) -> date | None:
    stated = text(one, "OrgnlTxRef", "ReqdColltnDt")
    try:
        return iso_date(stated, "ReqdColltnDt") if stated else None
    except FieldError:
        return None


def _rows(data: bytes, filename: str) -> list[Answer]:
    table = open_table(data, filename)
    places = _places(table.headings, told()["answers"])
    if "reference" not in places or not places.keys() & {"state", "code"}:
        raise UnusableInput(
            f"{filename}: falta la columna de la referencia del cargo, o la de su estado o motivo. "
            "Nómbrelas «Referencia», «Estado» y «Motivo»."
        )
    found = []
    for row in table.rows:
        cells = {field: row[at].strip() if at < len(row) else "" for field, at in places.items()}
        if cells["reference"]:
            found.append(_answer(cells))
    return found


def _places(headings: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    normal = [normal_heading(h) for h in headings]
    return {
        field: at for field, known in names.items() if (at := next((normal.index(n) for n in known if n in normal), -1))
        >= 0
    }  # fmt: skip


def _answer(cells: Mapping[str, str]) -> Answer:
    code = code_of(cells.get("code", ""))
    state = _state_of(cells.get("state", ""))
    if not state:
        # A table of refusals says only why; one line without a reason was charged.
        state = debits.REJECTED if code else debits.ACCEPTED
    return Answer(cells["reference"].replace(" ", ""), state, code, parse_date(cells.get("day", "")))


def _state_of(text_: str) -> str:
    words = normal_heading(text_)
    # «No aplicado» before «aplicado».
    for state in (debits.REJECTED, debits.RETURNED, debits.PAID, debits.ACCEPTED):
        if any(words.startswith(start) for start in told()["states"][state]):
            return state
    return ""


def code_of(text_: str) -> str:
    """The ISO code of a reason: as it came, or by the words of the bank. Unknown words stay as they are."""
    plain = text_.strip()
    if len(plain) == 4 and plain[:2].isalpha() and plain[2:].isdigit():
        return plain.upper()
    words = normal_heading(plain)
    found = next((code for code, known in told()["reasons"].items() if any(k in words for k in known)), "")
    return found or plain[:20]
