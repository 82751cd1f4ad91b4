"""Runbook: enable-key-rotation."""

from cdk.remediation import steps
from cdk.remediation.runbook import Outcome, Runbook
from rules.engine.collector import Action

KEY = "arn:{partition}:kms:{region}:{account}:key/*"
KEY_ID: steps.Step = {"KeyId": "{{ KeyId }}"}

ENABLE_KEY_ROTATION = Runbook(
    id="enable-key-rotation",
    title="Switches on the automatic rotation of a customer-managed AWS KMS key",
    changes="The key stays the same key, and what it encrypted stays readable.",
    parameters={
        "KeyId": {
            "type": "String",
            "description": "The id or the ARN of the key.",
            "allowedPattern": "^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/)?(mrk-)?[0-9a-f-]{32,36}$",
        }
    },
    steps=(
        # KMS rotates no other keys: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
        steps.require("RequireCustomerManaged", "kms:DescribeKey", KEY_ID, "$.KeyMetadata.KeyManager", "CUSTOMER"),
        steps.require("RequireSymmetric", "kms:DescribeKey", KEY_ID, "$.KeyMetadata.KeySpec", "SYMMETRIC_DEFAULT"),
        steps.require("RequireOwnMaterial", "kms:DescribeKey", KEY_ID, "$.KeyMetadata.Origin", "AWS_KMS"),
        steps.require("RequireEnabled", "kms:DescribeKey", KEY_ID, "$.KeyMetadata.KeyState", "Enabled", "Updating"),
        steps.call(
            "ReadRotation",
            "kms:GetKeyRotationStatus",
            KEY_ID,
            outputs={"KeyRotationEnabled": "$.KeyRotationEnabled Boolean"},
        ),
        steps.decide(
            "Decide",
            steps.is_true("ReadRotation.KeyRotationEnabled"),
            nothing="SayNothingToDo",
            dry_run="SayWouldChange",
            change="EnableRotation",
        ),
        steps.call("EnableRotation", "kms:EnableKeyRotation", KEY_ID),
        steps.verify("VerifyRotation", "kms:GetKeyRotationStatus", KEY_ID, "$.KeyRotationEnabled", "True"),
        steps.say("SayChanged", Outcome.CHANGED, "The key {{ KeyId }} now rotates automatically."),
        steps.say("SayNothingToDo", Outcome.NOTHING_TO_DO, "The key {{ KeyId }} rotates already."),
        steps.say("SayWouldChange", Outcome.WOULD_CHANGE, "Rotation of the key {{ KeyId }} would be switched on."),
    ),
    outputs=("ReadRotation.KeyRotationEnabled",),
    permissions=(
        Action("kms:DescribeKey", KEY),
        Action("kms:EnableKeyRotation", KEY),
        Action("kms:GetKeyRotationStatus", KEY),
    ),
)
