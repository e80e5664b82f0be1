"""Addresses of entering and leaving, of one's own keys and sessions, and of the company's provider. The names are those
that allauth asks for."""

from __future__ import annotations

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.urls import URLPattern, URLResolver, include, path

from puntual.apps.access import views_door
from puntual.apps.access.choices import PUBLIC, SIGNED_IN

urlpatterns: list[URLPattern | URLResolver] = [
    path("entrar/", views_door.enter, name="account_login"),
    path("salir/", account.logout, name="account_logout"),
    path("cuenta/apagada/", account.account_inactive, name="account_inactive"),
    path("cuenta/confirmar/", account.reauthenticate, name="account_reauthenticate"),
    path("cuenta/contrasena/", views_door.change_password, name="account_change_password"),
    path("cuenta/contrasena/nueva/", account.password_set, name="account_set_password"),
    path("cuenta/sesiones/", sessions.list_usersessions, name="usersessions_list"),
    path("cuenta/seguridad/", include("allauth.mfa.urls")),
    path("cuenta/proveedor/", include("allauth.socialaccount.urls")),
    path("cuenta/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
#: What each address needs (apps/access/urlmap.py). What is half way of entering keeps its own guard: the login itself.
PERMISSIONS = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "usersessions_list": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": PUBLIC,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_login_webauthn": PUBLIC,
    "socialaccount_login_cancelled": PUBLIC,
    "socialaccount_login_error": PUBLIC,
    "socialaccount_signup": PUBLIC,
    "socialaccount_connections": SIGNED_IN,
    "openid_connect_login": PUBLIC,
    "openid_connect_callback": PUBLIC,
}
