"""Each bank's download is recognised by its headings and read whole, without anybody saying what each column is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from puntual.adapters.bank_files.profiles import profiles
from puntual.adapters.files import Files
from puntual.adapters.tabular.headings import kinds
from puntual.ports.einvoice import Defaults

#: bank -> (country, currency, the file as it is downloaded, movements: (day, minor, words that its text says)).
FILES = {
    bank: (row["pais"], row["moneda"], row["archivo"], row["movimientos"])
    for bank, row in yaml.safe_load((Path(__file__).parent / "bank_downloads.yaml").read_text("utf-8")).items()
}


@pytest.mark.parametrize("bank", FILES)
def test_its_download_is_recognised_and_read_whole(bank) -> None:
    country, currency, text, expected = FILES[bank]
    reader, data, told = Files(), text.encode(), Defaults(country, currency)
    layout = reader.layout(data, "movimientos.csv", kind=None, defaults=told)
    assert (layout.kind, layout.options["bank"]) == ("statement", bank)
    batches = list(reader.read(data, "movimientos.csv", format="csv", kind=None, layout=layout, defaults=told))
    rows = [row for batch in batches for row in batch.records]
    assert [e.error for batch in batches for e in batch.errors] == []
    assert [(r.booked_on.isoformat(), r.amount_minor) for r in rows] == [(str(d), m) for d, m, _ in expected]
    for row, (_, _, words) in zip(rows, expected):
        assert words in f"{row.text} {row.counterparty_name}"


def test_the_payer_and_the_tracking_key_go_where_the_matching_looks() -> None:
    country, currency, text, _ = FILES["Santander México"]
    reader, data, told = Files(), text.encode(), Defaults(country, currency)
    layout = reader.layout(data, "m.csv", kind="statement", defaults=told)
    [batch] = reader.read(data, "m.csv", format="csv", kind=None, layout=layout, defaults=told)
    first = batch.records[0]
    assert (first.counterparty_name, first.counterparty_account) == ("ANA RUIZ", "012180001234567897")
    assert first.reference == "MBAN01"


def test_a_layout_of_a_bank_survives_being_written_and_read_again() -> None:
    """What the screen shows to correct, and what is remembered for the next file, is the same YAML."""
    country, currency, text, expected = FILES["Galicia"]
    reader, data, told = Files(), text.encode(), Defaults(country, currency)
    layout = reader.layout(data, "m.csv", kind=None, defaults=told)
    again = reader.parse_layout(reader.dump_layout(layout))
    [batch] = reader.read(data, "m.csv", format="csv", kind=None, layout=again, defaults=told)
    assert [r.amount_minor for r in batch.records] == [expected[0][1]]


def test_another_kind_that_is_asked_for_is_not_taken_for_a_statement() -> None:
    data = b"Data,Valor,Identificador,Descri\xc3\xa7\xc3\xa3o\n"
    with pytest.raises(Exception, match="customers"):
        Files().layout(data, "x.csv", kind="customers", defaults=Defaults("BR", "BRL"))


def test_every_profile_is_sound() -> None:
    fields = set(kinds()["statement"]["fields"])
    for profile in profiles():
        assert set(profile.columns) <= fields, profile.bank
        assert {"booked_on"} <= set(profile.columns) and {"amount", "credit"} & set(profile.columns), profile.bank
        assert bool(profile.debits) == ("side" in profile.columns), profile.bank
    assert {p.country for p in profiles()} == {"MX", "CO", "PE", "CL", "AR", "EC", "BR"}
