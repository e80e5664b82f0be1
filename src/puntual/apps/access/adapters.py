"""How allauth and axes behave here: nobody signs up alone, secrets are sealed, and the provider only knows the
invited."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import filter_users_by_email
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from puntual.apps.parties import read as parties
from puntual.apps.parties import vault


class Accounts(DefaultAccountAdapter):
    """Accounts are made by who administers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Hoy; in an empty installation, the first steps."""
        return "/" if parties.creditors().exists() else "/comenzar/"

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Not by mail: every change of a key is in the log (`audit`)."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Axes counts it."""


class SecondStep(DefaultMFAAdapter):
    """Secrets of the second step are sealed with the installation's key, as originals are."""

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """«Llave 1», «Llave 2»… until its owner tells another."""
        return f"Llave {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def encrypt(self, text: str) -> str:
        return base64.b64encode(vault.seal_file(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal_file(base64.b64decode(encrypted_text)).decode()


def who(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """For axes: the user that a try was for."""
    return (credentials or {}).get("username") or request.POST.get("username") or None


class Providers(DefaultSocialAccountAdapter):
    """Who comes by the company's provider must have been invited, unless newcomers are let in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never with the address of somebody who is here: unless the provider verified it, it may be anybody's."""
        told = [address.email for address in sociallogin.email_addresses]
        return bool(settings.OIDC_NEWCOMERS) and not any(filter_users_by_email(email) for email in told)
