"""The commands that need no memory: their documents, their exit codes, their sentences. None pays for Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from puntual.core.frames import BY_NAME
from puntual.project.cli import run
from puntual.project.cli.schema import document_schema, names

RATES = """
UF:
  - {from: 2026-01-01, to: 2026-12-31, value: 27205.11, source: prueba}
BOE_BASE:
  - {from: 2026-01-01, to: 2026-06-30, value: "3.75", source: prueba}
"""
CHILE = {
    "country": "CL", "kind": "collection_fee", "principal": "100000", "currency": "CLP", "due": "2026-03-01",
    "as-of": "2026-04-01", "debtor": "consumer", "useful-notice": "yes",
}  # fmt: skip
KIND_SMS = (
    "{{ acreedor.nombre }} le recuerda su factura. Pague en {{ enlace.pagar }}. Para no recibir más: {{ enlace.baja }}"
)


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUNTUAL_DATA", str(tmp_path / "datos"))
    return tmp_path / "datos"


@pytest.fixture
def rates(tmp_path: Path) -> str:
    file = tmp_path / "tasas.yaml"
    file.write_text(RATES, encoding="utf-8")
    return str(file)


def asked(command: str, **options: str) -> list[str]:
    return [command, *(part for name, value in options.items() for part in (f"--{name}", value))]


def document(capsys: pytest.CaptureFixture[str], argv: list[str], *, code: int = 0) -> dict:
    assert run([*argv, "--json"]) == code
    printed = capsys.readouterr()
    assert printed.err == ""
    return json.loads(printed.out)


def sentence(capsys: pytest.CaptureFixture[str], argv: list[str]) -> str:
    assert run(argv) == 2
    printed = capsys.readouterr()
    assert (printed.out, "Traceback" in printed.err) == ("", False)
    return printed.err


class TestCharge:
    def test_chile_nine_thousand_and_three_thousand_five_hundred_fifty_nine(
        self, capsys: pytest.CaptureFixture[str], rates: str
    ) -> None:
        for notice, minor in (("yes", 9_000), ("no", 3_559)):
            found = document(capsys, asked("charge", **{**CHILE, "rates": rates, "useful-notice": notice}))
            assert found["charged"] == {"minor": minor, "currency": "CLP"} == found["legal_maximum"]

    def test_united_kingdom_all_kinds(self, capsys: pytest.CaptureFixture[str], rates: str) -> None:
        argv = asked(
            "charge", country="GB", kind="all", principal="10000", currency="GBP", due="2026-01-15", debtor="business",
            rates=rates, **{"as-of": "2026-03-16"},
        )  # fmt: skip
        found = document(capsys, argv)
        assert (found["charged"], found["rate"]) == ({"minor": 29_315, "currency": "GBP"}, "11.75")
        assert [part["charged"]["minor"] for part in found["charges"]] == [19_315, 0, 10_000]

    def test_colombia_march_2026_from_the_shipped_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        argv = asked(
            "charge", country="CO", kind="late_interest", principal="1000000", currency="COP", due="2026-02-28",
            debtor="consumer", **{"as-of": "2026-03-31", "agreed-rate": "40"},
        )  # fmt: skip
        assert document(capsys, argv)["rate"] == "25.52"

    def test_no_current_rate_charges_nothing_and_warns(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = document(capsys, asked("charge", **CHILE))
        assert (found["charged"]["minor"], found["legal_maximum"]) == (0, None)
        assert "UF" in found["warnings"][0]

    def test_not_saying_whether_there_was_notice_is_a_warning(
        self, capsys: pytest.CaptureFixture[str], rates: str
    ) -> None:
        silent = {name: value for name, value in CHILE.items() if name != "useful-notice"}
        found = document(capsys, asked("charge", **silent, rates=rates))
        assert found["charged"]["minor"] == 9_000
        assert "Se supuso que hubo una gestión útil gratuita a tiempo; si no la hubo, indíquelo." in found["warnings"]

    def test_a_file_replaces_only_the_indexes_that_it_names(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "co.yaml"
        file.write_text("IBC_CONSUMO: [{from: 2026-04-01, to: 2026-04-30, value: 16}]", encoding="utf-8")
        asks = {
            "country": "CO", "kind": "late_interest", "principal": "1000000", "currency": "COP", "debtor": "consumer",
            "due": "2026-03-31", "as-of": "2026-04-30", "rates": str(file),
        }  # fmt: skip
        assert document(capsys, asked("charge", **asks))["rate"] == "24"
        rural = asked("charge", **{**asks, "credit": "productivo_rural", "due": "2026-02-28", "as-of": "2026-03-31"})
        assert document(capsys, rural)["rate"] == "31.41"

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"country": "ZZ"}, "«ZZ»"),
            ({"kind": "multa"}, "late_interest"),
            ({"principal": "mil"}, "«mil»"),
            ({"principal": "-5"}, "negativos"),
            ({"principal": "10.5"}, "más decimales"),
            ({"currency": "pesos"}, "«pesos»"),
            ({"currency": "ZZZ"}, "no es una moneda conocida"),
            ({"due": "31/01/2026"}, "no es una fecha"),
            ({"as-of": "2026-02-30"}, "no es una fecha"),
            ({"debtor": "persona"}, "consumer"),
            ({"agreed-rate": "12%"}, "--agreed-rate"),
            ({"agreed-rate": "-1"}, "--agreed-rate"),
            ({"useful-notice": "quizá"}, "yes o no"),
            ({"rates": "no-existe.yaml"}, "No se puede leer"),
            ({"disputed": "200000"}, "mayor que --principal"),
            ({"credit": "hipoteca"}, "tipo de crédito"),
            ({"grace-days": "x"}, "--grace-days"),
        ],
    )
    def test_wrong_input_is_answered_with_a_sentence(
        self, capsys: pytest.CaptureFixture[str], wrong: dict[str, str], says: str
    ) -> None:
        assert says in sentence(capsys, asked("charge", **{**CHILE, **wrong}))

    @pytest.mark.parametrize("missing", ["country", "kind", "principal", "currency", "due", "as-of", "debtor"])
    def test_what_is_missing_is_named(self, capsys: pytest.CaptureFixture[str], missing: str) -> None:
        rest = {name: value for name, value in CHILE.items() if name != missing}
        assert f"Falta --{missing}" in sentence(capsys, asked("charge", **rest))

    def test_for_people_it_reads_like_a_receipt(self, capsys: pytest.CaptureFixture[str], rates: str) -> None:
        assert run(asked("charge", **CHILE, rates=rates)) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[:2] == ["Cargo: 9000 CLP", "Máximo legal: 9000 CLP"]
        assert lines[2] == "Cálculo: 9 % de 100000 CLP (UF a 27205.11)"


class TestLint:
    OPTIONS = {"country": "MX", "stage": "preventive", "channel": "sms"}

    def lint(self, file: Path, text: str | bytes, **options: str) -> list[str]:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return [*asked("lint", **{**self.OPTIONS, **options}), str(file)]

    def test_a_kind_template_is_clean(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert document(capsys, self.lint(tmp_path / "a.txt", KIND_SMS)) == {"findings": []}

    def test_a_threat_is_found_with_its_line(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        found = document(capsys, self.lint(tmp_path / "a.txt", f"{KIND_SMS}\nIrá a la cárcel."), code=1)
        assert [(one["rule"], one["line"], one["text"]) for one in found["findings"]] == [("MX-THREAT", 2, "cárcel")]

    def test_stages_may_be_named_in_spanish(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert document(capsys, self.lint(tmp_path / "a.txt", KIND_SMS, stage="preventiva")) == {"findings": []}

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "vacía"),
            ("\n \n", "vacía"),
            (b"\xff\xfe\x00", "UTF-8"),
            ("Hola {{ x", "línea 1"),
            ("{% if %}", "no se puede leer"),
            ("a" * 1_000_001, "demasiado grande"),
        ],
    )
    def test_what_is_no_template_is_unusable(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | bytes, says: str
    ) -> None:
        assert says in sentence(capsys, self.lint(tmp_path / "a.txt", text))

    @pytest.mark.parametrize("wrong", [{"country": "ZZ"}, {"stage": "tardia"}, {"channel": "fax"}, {"language": "fr"}])
    def test_an_unknown_option_is_unusable(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, wrong: dict[str, str]
    ) -> None:
        assert next(iter(wrong.values())) in sentence(capsys, self.lint(tmp_path / "a.txt", KIND_SMS, **wrong))

    def test_a_missing_file_or_option_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "No se puede leer «nada.txt»" in sentence(capsys, [*asked("lint", **self.OPTIONS), "nada.txt"])
        assert "Falta la plantilla" in sentence(capsys, asked("lint", **self.OPTIONS))
        assert "Falta --channel" in sentence(capsys, ["lint", "a", "--country", "MX", "--stage", "preventive"])


class TestRates:
    def test_loaded_rows_join_the_table_and_charges_use_them(
        self, capsys: pytest.CaptureFixture[str], rates: str, data_folder: Path
    ) -> None:
        assert document(capsys, ["rates", "load", rates]) == {
            "loaded": {"UF": 1, "BOE_BASE": 1},
            "dry_run": False,
            "warnings": [],
        }
        assert sorted(file.name for file in (data_folder / "tasas").iterdir()) == ["BOE_BASE.yaml", "UF.yaml"]
        assert document(capsys, asked("charge", **CHILE))["charged"]["minor"] == 9_000

    def test_a_later_load_keeps_the_earlier_months(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        file = tmp_path / "abril.yaml"
        file.write_text("IBC_CONSUMO: [{from: 2026-04-01, to: 2026-04-30, value: 16}]", encoding="utf-8")
        document(capsys, ["rates", "load", str(file)])
        rows = [row for row in document(capsys, ["rates", "list"])["rates"] if row["index"] == "IBC_CONSUMO"]
        assert [(row["from"], row["value"]) for row in rows] == [("2026-03-01", "17.01"), ("2026-04-01", "16")]

    def test_a_wrong_file_loads_nothing(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, data_folder: Path
    ) -> None:
        file = tmp_path / "mal.yaml"
        file.write_text("UF: [{from: 2026-04-01, value: 1}]\nTMC: [{from: ayer, value: 1}]", encoding="utf-8")
        assert "mal.yaml: TMC, fila 1" in sentence(capsys, ["rates", "load", str(file)])
        assert not data_folder.exists()

    def test_check_names_what_is_missing_for_a_day(self, capsys: pytest.CaptureFixture[str], rates: str) -> None:
        document(capsys, ["rates", "load", rates])
        found = document(capsys, ["rates", "check", "--as-of", "2026-07-01"], code=1)["findings"]
        assert "BOE_BASE: no hay valor para el 2026-07-01; los cargos que lo necesitan serán 0 hasta cargarlo." in found
        assert "ECB_REFI: sin ninguna fila; la usa ES." in found
        assert not any(line.startswith("UF:") for line in found)


class TestSchema:
    @pytest.mark.parametrize("name", names()["documents"])
    def test_every_document_has_a_valid_schema(self, capsys: pytest.CaptureFixture[str], name: str) -> None:
        printed = document(capsys, ["schema", name])
        Draft202012Validator.check_schema(printed)
        assert printed["title"] == name and set(printed.get("required", [])) <= set(printed["properties"]) | {
            "charged", "legal_maximum", "rate", "formula", "rule", "cite", "warnings",
        }  # fmt: skip

    @pytest.mark.parametrize("name", sorted(BY_NAME))
    def test_every_frame_shows_its_columns(self, capsys: pytest.CaptureFixture[str], name: str) -> None:
        printed = document(capsys, ["schema", name])
        assert [column["name"] for column in printed["columns"]] == list(BY_NAME[name])

    def test_an_unknown_name_is_answered_with_those_there_are(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = sentence(capsys, ["schema", "charg"])
        assert "«charge»" in said and "position" in said

    def test_what_charge_and_lint_print_obeys_their_schema(
        self, capsys: pytest.CaptureFixture[str], rates: str, tmp_path: Path
    ) -> None:
        for kind in ("late_interest", "collection_fee", "fixed_sum", "all"):
            found = document(capsys, asked("charge", **{**CHILE, "kind": kind}, rates=rates))
            Draft202012Validator(document_schema("charge")).validate(found)
        file = tmp_path / "a.txt"
        file.write_text("PAGUE YA", encoding="utf-8")
        argv = [*asked("lint", country="CL", stage="judicial", channel="email"), str(file)]
        Draft202012Validator(document_schema("lint")).validate(document(capsys, argv, code=1))
        Draft202012Validator(document_schema("rates")).validate(document(capsys, ["rates", "list"]))


@pytest.mark.parametrize("command", ["charge", "lint", "rates", "schema"])
def test_pure_commands_never_load_django(command: str) -> None:
    script = (
        f"import sys, puntual.project.cli as cli; cli.run(['{command}', '--help']); sys.exit('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
