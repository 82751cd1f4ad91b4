"""Identifiers in the forms that AWS gives them."""

import secrets
import string

_LOWER = string.ascii_lowercase + string.digits


def random_id(length: int, alphabet: str = _LOWER) -> str:
    """Return a random identifier of lower-case letters and digits, or of `alphabet`."""
    return "".join(secrets.choice(alphabet) for _ in range(length))
