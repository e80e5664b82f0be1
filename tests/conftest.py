"""What every test of the product shares: a data folder of its own (settings make it), and the guard of the books
lifted only to empty tables."""

from __future__ import annotations

import os

os.environ.setdefault("PUNTUAL_LOG", "ERROR")

import pytest  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _keyring():
    """As `init` does for a new data folder."""
    from puntual.apps.parties import vault

    vault.make_keyring(fresh=True)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings, django_db_blocker):
    """Whether the empty database came ready from an earlier run with the same migrations."""
    import schema_cache

    with django_db_blocker.unblock():
        return schema_cache.restore()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker):
    import schema_cache

    with django_db_blocker.unblock():
        if not django_db_keepdb:
            schema_cache.keep()
    yield
    with django_db_blocker.unblock():
        if django_db_keepdb:
            schema_cache.drop()


@pytest.fixture(scope="session", autouse=True)
def _guard_steps_aside_to_empty_tables():
    """Transactional tests empty every table when they end; the books refuse that, so the runner lifts the guard for
    it."""
    from django.test import TransactionTestCase

    from puntual.apps.receivables import guard

    original = TransactionTestCase._fixture_teardown

    def teardown(self):
        guard.lift_guard()
        try:
            original(self)
        finally:
            guard.raise_guard()

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


@pytest.fixture
def person(db, django_user_model, settings):
    """`person("lucia", "manager", creditor)`: somebody with a role at a creditor, or over all of them."""
    from puntual.apps.access import write as access

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: not what is tested

    def made(name, role="admin", creditor=None, **more):
        user = django_user_model.objects.create_user(name, password="una-clave-larga", **more)
        access.grant(user_id=user.pk, role=role, creditor_id=creditor and creditor.pk)
        return user

    return made
