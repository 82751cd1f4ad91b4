"""When an encryption key counts as customer-managed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.facts.kms import Key


def key_defect(key: Key | None, *, require_rotation: bool = False) -> str | None:
    """
    Return why a key does not give its owner control, as the end of a sentence, or None when it does.

    A key gives control when KMS calls it customer-managed, it can be used, and it rotates where that is asked and
    the key can. Without `key` the resource names a key that KMS does not know.
    """
    if key is None:
        return "which KMS does not know"
    if key.manager != "CUSTOMER":
        return "which AWS manages; a customer-managed key is wanted"
    if not key.usable:
        return f"whose state is {key.state}; Enabled is wanted"
    if require_rotation and key.rotation is False:
        return "which does not rotate; automatic rotation is wanted"
    return None
