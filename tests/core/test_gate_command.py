"""`puntual gate` as the contract writes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from puntual.project import cli

BASE = ["gate", "--country", "PE", "--channel", "call", "--debtor", "consumer", "--at", "2026-11-23T10:00:00-05:00"]


def ask(capsys, *more: str, base: list[str] = BASE) -> dict:
    assert cli.run([*base, *more, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def refused(capsys, *more: str, base: list[str] = BASE) -> str:
    assert cli.run([*base, *more, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == "", "un error no escribe ningún documento"
    assert "Traceback" not in err
    return err


def test_an_allowed_call(capsys) -> None:
    assert ask(capsys) == {
        "verdict": "allow", "next_allowed_at": None, "rule": None, "cite": None, "pack": "PE 2026.11.0",
        "warnings": ["W-UNREVIEWED: la norma PE 2026.11.0 está sin revisar por abogado."],
        "reason": {"code": "allowed", "text": "Se puede contactar ahora.", "rule": None, "cite": None},
    }  # fmt: skip


def test_a_call_that_has_to_wait_says_until_when_in_the_persons_hour(capsys) -> None:
    document = ask(capsys, "--at", "2026-11-24T01:00:00Z")
    assert (document["verdict"], document["next_allowed_at"]) == ("defer", "2026-11-24T07:00:00-05:00")
    assert (document["rule"], document["cite"]) == ("PE-HOURS", "Ley 29571 art. 62.b")
    assert document["reason"]["code"] == "outside_window"


def test_history_and_references(capsys, tmp_path: Path) -> None:
    history = tmp_path / "historia.json"
    row = {"at": "2026-11-20T10:00:00-05:00", "channel": "call", "direction": "out", "direct_contact": True,
           "creditor": "ACME", "debt": "F-1"}  # fmt: skip
    history.write_text(json.dumps([row]), encoding="utf-8")
    base = ["gate", "--country", "US", "--zone", "America/New_York", "--channel", "call", "--debtor", "consumer",
            "--at", "2026-11-23T10:00:00-05:00", "--history", str(history), "--creditor", "ACME"]  # fmt: skip
    assert ask(capsys, "--debt", "F-1", base=base)["rule"] == "US-CALL-PAUSE"
    assert ask(capsys, "--debt", "F-2", base=base)["verdict"] == "allow"
    assert ask(capsys, base=base)["rule"] == "US-CALL-PAUSE", "sin decir la deuda cuentan todas"


def test_history_rows_need_no_direction_nor_creditor(capsys, tmp_path: Path) -> None:
    history = tmp_path / "historia.json"
    history.write_text('[{"at": "2026-11-23T08:00:00-05:00", "channel": "email"}]', encoding="utf-8")
    document = ask(capsys, "--history", str(history), "--creditor", "ACME")
    assert (document["verdict"], document["rule"]) == ("defer", "PE-FREQ-DAY")


def test_consents(capsys, tmp_path: Path) -> None:
    consents = tmp_path / "permisos.json"
    base = [
        "gate",
        "--country",
        "CO",
        "--channel",
        "email",
        "--debtor",
        "consumer",
        "--at",
        "2026-11-23T10:00:00-05:00",
    ]
    assert ask(capsys, base=base)["reason"]["code"] == "no_consent"
    rows = [{"channel": "*", "status": "granted", "at": "2026-01-01T10:00:00-05:00"}]
    consents.write_text(json.dumps(rows), encoding="utf-8")
    assert ask(capsys, "--consents", str(consents), base=base)["verdict"] == "allow"
    rows.append({"channel": "email", "status": "withdrawn", "at": "2026-02-01T10:00:00-05:00"})
    consents.write_text(json.dumps(rows), encoding="utf-8")
    assert ask(capsys, "--consents", str(consents), base=base)["reason"]["code"] == "opted_out"
    rows.append({"channel": "email", "status": "granted", "at": "2026-03-01T10:00:00-05:00"})
    consents.write_text(json.dumps(rows), encoding="utf-8")
    assert ask(capsys, "--consents", str(consents), base=base)["verdict"] == "allow", "sin fuente es acto propio"
    rows[-1]["source"] = "import"
    consents.write_text(json.dumps(rows), encoding="utf-8")
    assert ask(capsys, "--consents", str(consents), base=base)["reason"]["code"] == "opted_out"


def test_an_unknown_country_is_denied_and_that_is_no_error(capsys) -> None:
    base = [word if word != "PE" else "JP" for word in BASE]
    document = ask(capsys, base=base)
    assert (document["verdict"], document["reason"]["code"]) == ("deny", "no_pack")


def test_uk_is_understood_as_gb(capsys) -> None:
    base = [word if word != "PE" else "uk" for word in BASE]
    assert ask(capsys, base=base)["pack"] == "GB 2026.11.0"


def test_strict_readings(capsys) -> None:
    base = [word if word != "PE" else "PA" for word in BASE]
    assert ask(capsys, base=base)["verdict"] == "allow"
    assert ask(capsys, "--strict", base=base)["rule"] == "PA-CHANNEL-OPTIN"


def test_for_people_it_is_a_sentence(capsys) -> None:
    assert cli.run([*BASE, "--at", "2026-11-23T20:00:00-05:00"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Todavía no. Fuera del horario permitido. Regla PE-HOURS: Ley 29571 art. 62.b.")
    assert "sin revisar por abogado" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--at", "2026-11-23T10:00:00"], "no dice su huso"),
        (["--at", "mañana"], "no es un instante"),
        (["--at", "2050-01-03T10:00:00-05:00"], "las normas cubren de"),
        (["--country", "Perú"], "no es un código de país"),
        (["--channel", "fax"], "fax"),
        (["--debtor", "persona"], "persona"),
        (["--zone", "America/Macondo"], "no es una zona horaria"),
        (["--country", "BR", "--subdivision", "XX"], "«XX» no es de BR"),
        (["--history", "no-existe.json"], "no se puede leer «no-existe.json»"),
    ],
)
def test_wrong_input_gets_a_sentence(capsys, more: list[str], said: str) -> None:
    assert said in refused(capsys, *more)


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--history", "{", "no es JSON válido"),
        ("--history", "{}", "debe ser una lista de objetos"),
        ("--history", "[1]", "fila 1: debe ser un objeto"),
        ("--history", '[{"channel": "call"}]', "fila 1: falta «at»"),
        ("--history", '[{"at": "2026-11-23T10:00:00", "channel": "call"}]', "fila 1, campo «at»"),
        ("--history", '[{"at": "2026-11-23T10:00:00Z", "channel": "fax"}]', "fila 1, campo «channel»: «fax» no vale"),
        (
            "--history",
            '[{"at": "2026-11-23T10:00:00Z", "channel": "call", "direct_contact": "sí"}]',
            "«direct_contact»",
        ),
        ("--history", '[{"at": "2026-11-23T10:00:00Z", "channel": "call", "direction": "up"}]', "campo «direction»"),
        ("--consents", '[{"channel": "*", "at": "2026-11-23T10:00:00Z"}]', "fila 1: falta «status»"),
        ("--consents", '[{"channel": "*", "status": "si", "at": "2026-11-23T10:00:00Z"}]', "campo «status»"),
    ],
)
def test_wrong_files_get_a_sentence_with_file_and_row(
    capsys, tmp_path: Path, option: str, content: str, said: str
) -> None:
    file = tmp_path / "datos.json"
    file.write_text(content, encoding="utf-8")
    err = refused(capsys, option, str(file))
    assert said in err
    assert "datos.json" in err


def test_it_starts_without_django() -> None:
    code = "import sys; import puntual.project.cli.gate; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
