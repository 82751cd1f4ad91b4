"""When a function's environment variables are in the customer's control; judgements are finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.keys import key_defect

if TYPE_CHECKING:
    from rules.facts.lambda_environments import FunctionEnvironment


def environment_key_defect(environment: FunctionEnvironment) -> str | None:
    """Return why no usable customer-managed key encrypts the variables, None where one does or there are none."""
    if not environment.variables:
        return None
    if environment.key_name is None:
        return "The variables are under a key that AWS manages; a customer-managed key is wanted."
    defect = key_defect(environment.key)
    return f"The variables are under {environment.key_name}, {defect}." if defect else None
