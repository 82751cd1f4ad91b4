"""AWS KMS keys as other services name them in their answers."""

from moto.kms.models import kms_backends

from cli.sandbox.calls import Call


def key_arn(call: Call, key_id: str | None) -> str | None:
    """Return the ARN of the key that `key_id` (an id, an alias, or an ARN of either) names, None for none.

    Services do not ask KMS again when they answer, so a key that is gone still has its ARN.
    """
    if not key_id:
        return None
    name = key_id.split(":", 5)[5] if key_id.startswith("arn:") else key_id
    if name.startswith("alias/"):
        backend = kms_backends[call.account_id][call.region]
        found = next((key.id for key in backend.keys.values() if name in key.aliases), None)
        return call.arn(f"key/{found}", "kms") if found else call.arn(name, "kms")
    return key_id if key_id.startswith("arn:") else call.arn(f"key/{key_id}", "kms")
