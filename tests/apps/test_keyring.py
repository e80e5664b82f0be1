"""The keyring: made once with the data, never made again over them, and told apart from another's."""

from __future__ import annotations

import pytest

from puntual.apps.parties import read as parties_read
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.parties.write import NewAccount
from puntual.core.errors import UnusableInput
from puntual.project.cli.init import prepare

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana():
    """A person whose name is sealed with the keyring of the tests."""
    creditor = parties.create_creditor(
        code="norte", name="Ferretera", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    parties.register_accounts(creditor=creditor, rows=[NewAccount("C-1", "Ana Ruiz")])
    return Account.objects.get().party_id


def test_a_new_folder_gets_one_and_keeps_it(settings, tmp_path):
    settings.DATA = tmp_path
    vault.make_keyring(fresh=True)
    made = (tmp_path / "llavero" / "llavero.json").read_bytes()
    vault.make_keyring(fresh=True)
    assert (tmp_path / "llavero" / "llavero.json").read_bytes() == made
    assert (tmp_path / "llavero" / "llavero.json").stat().st_mode & 0o077 == 0


def test_a_lost_one_is_said_and_no_new_one_is_made_over_the_data(ana, settings, tmp_path):
    settings.DATA = tmp_path
    with pytest.raises(UnusableInput, match="Falta el llavero"):
        prepare()
    with pytest.raises(UnusableInput, match="Falta el llavero"):
        parties_read.person(ana)
    assert not (tmp_path / "llavero").exists()


def test_that_of_other_data_is_told_apart(ana, settings, tmp_path):
    assert parties_read.person(ana).name == "Ana Ruiz"
    settings.DATA = tmp_path
    vault.make_keyring(fresh=True)
    with pytest.raises(UnusableInput, match="no es el de estos datos"):
        parties_read.person(ana)
