"""`puntual classify` as CONTRACT promises it."""

import json
import subprocess
import sys

import pytest

from puntual.project.cli import run

AT = "2026-03-11T10:00:00-06:00"


def _json(capsys):
    return json.loads(capsys.readouterr().out)


def test_one_text_gives_one_document(capsys):
    assert run(["classify", "el viernes le deposito mil pesos", "--country", "MX", "--at", AT, "--json"]) == 0
    document = _json(capsys)
    assert (document["intent"], document["intents"], document["date"]) == ("promesa", ["promesa"], "2026-03-13")
    assert document["amount"] == {"minor": 100_000, "currency": "MXN"}
    assert 0.8 < document["confidence"] <= 1
    assert document["reasons"] == [
        {"code": "understood_promesa", "text": "Dice que va a pagar.", "rule": None, "cite": None}
    ]


def test_a_file_gives_a_list_in_its_order(tmp_path, capsys):
    file = tmp_path / "respuestas.tsv"
    file.write_text(
        f'text\tcountry\tat\nBAJA\tCO\t{AT}\n"dijo ""ya pagué"""\tPE\t{AT}\nmañana le paso 2 lucas\tCL\t2026-03-11\n',
        encoding="utf-8-sig",
    )
    assert run(["classify", "--file", str(file), "--json"]) == 0
    results = _json(capsys)["results"]
    assert [one["intent"] for one in results] == ["baja", "pagado", "promesa"]
    assert results[2]["date"] == "2026-03-12"
    assert results[2]["amount"] == {"minor": 2000, "currency": "CLP"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["", "--country", "MX"], "vacío"),
        (["ok", "--country", "ZZ"], "«ZZ» no es un país"),
        (["ok", "--at", "ayer"], "no es un instante"),
        ([], "--file"),
        (["--file", "no-hay.tsv"], "No existe"),
    ],
)
def test_unusable_input_is_told_in_a_sentence(arguments, says, capsys):
    assert run(["classify", *arguments, "--json"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert says in shown.err


def test_a_bad_row_stops_the_whole_file_and_is_named(tmp_path, capsys):
    file = tmp_path / "respuestas.tsv"
    file.write_text(f"text\tcountry\tat\nok\tMX\t{AT}\nok\tZZ\t{AT}\n", encoding="utf-8")
    assert run(["classify", "--file", str(file), "--json"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "fila 3" in shown.err


def test_it_starts_without_django_nor_training_libraries():
    code = (
        "import sys; import puntual.project.cli.classify; "
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'scipy', 'sklearn', 'lightgbm'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
