"""A stand-in of a provider's OAuth 2.0: codes with PKCE, refresh tokens that turn, permissions that are taken back."""

from puntual.simulators.oauth.desk import OAuthSimulator

__all__ = ["OAuthSimulator"]
