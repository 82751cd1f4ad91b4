"""The embedded AWS account: moto, and what moto lacks or gets wrong for the rules."""

from cli.sandbox.account import ACCOUNT_ID, CREDENTIALS, REGION, Account, EmbeddedAccount, embedded_account
from cli.sandbox.calls import RecordedCall
from cli.sandbox.faults import Fault, Faults

__all__ = [
    "ACCOUNT_ID",
    "CREDENTIALS",
    "REGION",
    "Account",
    "EmbeddedAccount",
    "Fault",
    "Faults",
    "RecordedCall",
    "embedded_account",
]
