"""The knobs of how people enter: password, second step, passkeys, the company's own provider (OIDC), lockout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit


def settings_of(env_text: Callable[..., str], env_bool: Callable[[str, bool], bool], public_url: str) -> dict[str, Any]:
    """The settings of django.contrib.auth, allauth and axes."""
    return {
        "LOGIN_URL": "/entrar/",
        "LOGIN_REDIRECT_URL": "/",
        "LOGOUT_REDIRECT_URL": "/entrar/",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
            for name, options in (
                ("UserAttributeSimilarityValidator", {}),
                ("MinimumLengthValidator", {"min_length": 12}),
                ("CommonPasswordValidator", {}),
                ("NumericPasswordValidator", {}),
            )
        ],
        "SESSION_COOKIE_AGE": int(env_text("PUNTUAL_SESSION_HOURS", "168")) * 3600,
        **_allauth(public_url),
        **_oidc(env_text, env_bool),
        **_axes(env_text),
    }


def _allauth(public_url: str) -> dict[str, Any]:
    return {
        "ACCOUNT_ADAPTER": "puntual.apps.access.adapters.Accounts",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 15 * 60,
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": False,
        # Axes locks one person at one address; this only slows down a flood. An office shares one address.
        "ACCOUNT_RATE_LIMITS": {"login": "120/m/ip", "login_failed": "120/m/ip,20/15m/key"},
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
        "MFA_ADAPTER": "puntual.apps.access.adapters.SecondStep",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        "MFA_TOTP_ISSUER": "Puntual",
        "MFA_TOTP_TOLERANCE": 1,
        # Browsers allow passkeys without TLS at http://localhost only; so does this.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not public_url.startswith("https"),
        "USERSESSIONS_TRACK_ACTIVITY": False,
    }


def _oidc(env_text: Callable[..., str], env_bool: Callable[[str, bool], bool]) -> dict[str, Any]:
    """One OpenID Connect provider of the company: PUNTUAL_OIDC_URL, _ID, _SECRET and _NAME."""
    url = env_text("PUNTUAL_OIDC_URL")
    app = {
        "provider_id": "empresa",
        "name": env_text("PUNTUAL_OIDC_NAME", "la cuenta de su empresa"),
        "client_id": env_text("PUNTUAL_OIDC_ID"),
        "secret": env_text("PUNTUAL_OIDC_SECRET"),
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    return {
        "SOCIALACCOUNT_ADAPTER": "puntual.apps.access.adapters.Providers",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [app] if url else [], "EMAIL_AUTHENTICATION": True}},
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_LOGIN_ON_GET": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        #: Whether people whom nobody invited may enter by the provider. They still see nothing until given a role.
        "OIDC_NEWCOMERS": env_bool("PUNTUAL_OIDC_NEWCOMERS", False),
    }


def provider(env_text: Callable[..., str]) -> list[str]:
    """The origin of the company's provider, to which the door's form leads."""
    parsed = urlsplit(env_text("PUNTUAL_OIDC_URL"))
    return [f"{parsed.scheme}://{parsed.netloc}"] if parsed.netloc else []


def _axes(env_text: Callable[..., str]) -> dict[str, Any]:
    return {
        "AXES_FAILURE_LIMIT": int(env_text("PUNTUAL_LOCK_AFTER", "5")),
        "AXES_COOLOFF_TIME": timedelta(minutes=int(env_text("PUNTUAL_LOCK_MINUTES", "15"))),
        # One person from one address: nobody locks a colleague out from elsewhere, nor a whole office at once.
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_USERNAME_CALLABLE": "puntual.apps.access.adapters.who",
        "AXES_LOCKOUT_CALLABLE": "puntual.apps.access.views_door.locked",
        "AXES_ENABLE_ADMIN": False,
        "AXES_VERBOSE": False,
    }
