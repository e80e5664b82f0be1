"""Every case of `tests/law/<country>.yaml`: written by hand from the law, with its citation, and judged by the gate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from puntual.core import frames
from puntual.core.compliance import CONTACT_FLAGS, GateKnown, GateRules, gate
from puntual.law.loader import available, load_law

FOLDER = Path(__file__).parent
CHANNELS = {"llamada": "call", "visita": "visit", "carta": "letter", "voz": "voice", "todos": "*"}
DEBTORS = {"consumidor": "consumer", "empresa": "business", "financiera": "financial", "desconocido": "unknown"}
PURPOSES = {
    "preventivo": "reminder_preventive",
    "vencido": "reminder_overdue",
    "cobro": "collection",
    "confirmacion": "confirmation",
}
RECIPIENTS = {
    "deudor": "debtor",
    "aval": "guarantor",
    "codeudor": "codebtor",
    "tercero": "third_party",
    "referencia": "reference",
}
STATUSES = {"otorgada": "granted", "retirada": "withdrawn"}
VERDICTS = {"permitir": "allow", "aplazar": "defer", "negar": "deny"}
CREDITORS = {"A": 1, "B": 2, "C": 3, "D": 4}
KEYS = {
    "caso", "cita", "pais", "pais_acreedor", "region", "zonas", "deudor", "canal", "proposito", "instante", "acreedor",
    "documento", "destinatario", "circunstancias", "historial", "autorizaciones", "espera",
}  # fmt: skip
#: How many cases each country owes at least.
OWED = dict.fromkeys(("MX", "CO", "PE", "CL", "EC", "BR", "US"), 25) | dict.fromkeys(("AR", "ES", "GB", "CR", "PA"), 10)


def _load(country: str) -> list[dict[str, Any]]:
    document = yaml.safe_load((FOLDER / f"{country.lower()}.yaml").read_text(encoding="utf-8"))
    return [{"pais": document["pais"], **document["base"], **case} for case in document["casos"]]


def _cases() -> list[Any]:
    return [pytest.param(case, id=f"{c}: {case['caso']}") for c in sorted(OWED) for case in _load(c)]


def _channel(name: str) -> str:
    return CHANNELS.get(name, name)


def _number(name: str | None) -> int | None:
    return None if name is None else CREDITORS[name]


def _frame(rows: list[dict[str, Any]], schema: frames.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in schema.items()}, orient="row")


def _candidate(case: dict[str, Any]) -> pl.DataFrame:
    row = {
        "candidate": 1, "party": 1, "creditor": _number(case.get("acreedor")), "debt": _number(case.get("documento")),
        "channel": _channel(case["canal"]), "purpose": PURPOSES[case.get("proposito", "vencido")],
        "at": datetime.fromisoformat(case["instante"]), "country": case["pais"],
        "creditor_country": case.get("pais_acreedor"), "subdivision": case.get("region"),
        "zones": case.get("zonas", []), "debtor": DEBTORS[case["deudor"]],
        "recipient": RECIPIENTS[case.get("destinatario", "deudor")],
    }  # fmt: skip
    return _frame([row], frames.CANDIDATES)


def _known(case: dict[str, Any]) -> GateKnown:
    contacts = [
        {
            "party": 1, "creditor": _number(row.get("acreedor")), "debt": _number(row.get("documento")),
            "channel": _channel(row["canal"]), "at": datetime.fromisoformat(row["instante"]),
            "direction": {"salida": "out", "entrada": "in"}[row.get("sentido", "salida")],
            "direct_contact": row.get("directo", False),
        }
        for row in case.get("historial", [])
    ]  # fmt: skip
    consents = [
        {
            "party": 1, "channel": _channel(row["canal"]), "status": STATUSES[row["estado"]],
            "at": datetime.fromisoformat(row["instante"]), "source": row.get("fuente", "person"),
        }
        for row in case.get("autorizaciones", [])
    ]  # fmt: skip
    flags = [{"party": 1, "flag": flag} for flag in case.get("circunstancias", [])]
    return GateKnown(_frame(contacts, frames.CONTACTS), _frame(consents, frames.CONSENTS), _frame(flags, CONTACT_FLAGS))


def _expected(case: dict[str, Any]) -> dict[str, Any]:
    hoped = case["espera"]
    hoped = {hoped: None} if isinstance(hoped, str) else dict(hoped)
    verdict = next(name for name in VERDICTS if name in hoped)
    return {"verdict": VERDICTS[verdict], "rule": hoped.pop(verdict), **hoped}


@pytest.mark.parametrize("case", _cases())
def test_the_gate_decides_as_the_law_says(case: dict[str, Any]) -> None:
    assert not set(case) - KEYS, "una clave mal escrita no probaría nada"
    at = datetime.fromisoformat(case["instante"])
    row = gate(_candidate(case), _known(case), GateRules(load_law()), at).row(0, named=True)
    expected = _expected(case)
    assert (row["verdict"], row["rule"]) == (expected["verdict"], expected["rule"]), row
    if "razon" in expected:
        assert row["reason"] == expected["razon"]
    if "aviso" in expected:
        assert any(text.startswith(expected["aviso"]) for text in row["warnings"]), row["warnings"]
    due = datetime.fromisoformat(expected["desde"]) if "desde" in expected else None
    assert (expected["verdict"] == "defer") == (due is not None), "todo aplazamiento dice desde cuándo"
    assert row["next_allowed_at"] == due
    if row["verdict"] != "deny" or row["reason"] not in ("unknown_country", "no_pack"):
        assert f"{case['pais']} " in row["pack"]
        assert any(text.startswith("W-UNREVIEWED") for text in row["warnings"]), "nadie la ha revisado aún"


@pytest.mark.parametrize("country", sorted(OWED))
def test_each_country_has_its_cases_and_each_case_its_citation(country: str) -> None:
    cases = _load(country)
    assert len(cases) >= OWED[country]
    assert [case["caso"] for case in cases if not case.get("cita")] == []
    assert len({case["caso"] for case in cases}) == len(cases)


def test_every_pack_has_a_case_file() -> None:
    assert set(available()) == set(OWED)
