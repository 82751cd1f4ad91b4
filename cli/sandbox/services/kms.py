"""AWS KMS: AWS-managed keys, and ARNs where moto takes only key ids."""

import json
from functools import cache
from typing import Any, Final

import moto.kms.models
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.utils import RESERVED_ALIASE_TARGET_KEY_IDS, AbstractPrivateKey, generate_private_key

from cli.sandbox.calls import Call
from cli.sandbox.operations import Amender, Moto, Result, amendment, repage, replacement

_MANAGED_IDS: Final[dict[str, str]] = {key_id: alias for alias, key_id in RESERVED_ALIASE_TARGET_KEY_IDS.items()}
_BY_ID: Final = ("CancelKeyDeletion", "DisableKey", "EnableKey", "ScheduleKeyDeletion")
_SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
_create_key = KmsBackend.create_key
_create_default_key = vars(KmsBackend)["_generate_default_keys"]

repage("kms", "ListAliases", "ListGrants", "ListKeys", "ListResourceTags", reason="Moto answers everything at once.")


@replacement(
    KmsBackend,
    "create_key",
    reason="A template may hold a key's policy as an object, of which AWS makes a text; moto reads texts only.",
)
def _created_key(self: KmsBackend, policy: Any, *rest: Any, **named: Any) -> Key:
    return _create_key(self, json.dumps(policy) if isinstance(policy, dict) else policy, *rest, **named)


@replacement(
    KmsBackend,
    "_generate_default_keys",
    reason="Moto's AWS-managed keys say that the customer manages them, and have other ids than ListAliases says.",
)
def _managed_key(self: KmsBackend, alias_name: str) -> str | None:
    key_id: str | None = _create_default_key(self, alias_name)
    if key_id is None:
        return None
    key = self.keys.pop(key_id)
    key.id = RESERVED_ALIASE_TARGET_KEY_IDS[alias_name]
    key.arn = key.arn.replace(key_id, key.id)
    key.key_manager = "AWS"
    key.key_rotation_status = True
    key.aliases[alias_name].target_key_id = key.id
    self.keys[key.id] = key
    return str(key.id)


@replacement(
    moto.kms.models,
    "generate_private_key",
    reason="Moto searches primes for every key, for a tenth of a second, though symmetric keys have no key pair.",
)
def _key_pair(key_spec: str) -> AbstractPrivateKey:
    return _unused_pair() if key_spec == _SYMMETRIC else generate_private_key(key_spec)


@cache
def _unused_pair() -> AbstractPrivateKey:
    return generate_private_key(_SYMMETRIC)


@amendment("kms", "DescribeKey", reason="Moto does not know AWS-managed keys by their ids.")
def describe_key(call: Call, moto: Moto) -> Result:
    """Return a key's metadata; an AWS-managed key is there as soon as it is asked for."""
    backend = kms_backends[call.account_id][call.region]
    key_id = backend.get_key_id(call.params["KeyId"])
    if key_id in _MANAGED_IDS and key_id not in backend.keys:
        _managed_key(backend, _MANAGED_IDS[key_id])
    return moto()


def _by_id() -> Amender:
    def amend(call: Call, moto: Moto) -> Result:
        return moto({**call.params, "KeyId": KmsBackend.get_key_id(call.params["KeyId"])})

    return amend


for name in _BY_ID:
    amendment("kms", name, reason="Moto takes the key's id only, AWS KMS its ARN as well.")(_by_id())
