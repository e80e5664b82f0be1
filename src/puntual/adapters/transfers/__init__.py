"""Bank accounts by their check digits, and what a customer needs to pay by transfer. Nothing here speaks to a bank."""

from puntual.adapters.transfers.accounts import BankAccount, check_account
from puntual.adapters.transfers.qr import svg

__all__ = ["BankAccount", "check_account", "svg"]
