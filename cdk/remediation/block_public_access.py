"""Runbook: block-public-access."""

from cdk.remediation import steps
from cdk.remediation.runbook import BUCKET_NAME, Outcome, Runbook
from rules.engine.collector import Action

ANY_BUCKET = "arn:{partition}:s3:::*"
BUCKET: steps.Step = {"Bucket": "{{ BucketName }}", "ExpectedBucketOwner": "{{ global:ACCOUNT_ID }}"}
SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

BLOCK_PUBLIC_ACCESS = Runbook(
    id="block-public-access",
    title="Switches on all four settings of Block Public Access of an Amazon S3 bucket",
    changes="Whoever has access only because a policy or an access control list is public loses it.",
    parameters={"BucketName": BUCKET_NAME},
    steps=(
        steps.call("FindBucket", "s3:GetBucketLocation", BUCKET),
        # A bucket without the settings answers with an error, so a failure here means that there is something to do.
        steps.otherwise(
            steps.call(
                "ReadBlock",
                "s3:GetPublicAccessBlock",
                BUCKET,
                outputs={name: f"$.PublicAccessBlockConfiguration.{name} Boolean" for name in SETTINGS},
            ),
            "AskFirst",
        ),
        steps.decide(
            "Decide",
            {"And": [steps.is_true(f"ReadBlock.{name}") for name in SETTINGS]},
            nothing="SayNothingToDo",
            dry_run="SayWouldChange",
            change="Block",
        ),
        steps.ask("AskFirst", dry_run="SayWouldChange", change="Block"),
        steps.call(
            "Block",
            "s3:PutPublicAccessBlock",
            BUCKET | {"PublicAccessBlockConfiguration": dict.fromkeys(SETTINGS, True)},
        ),
        *(
            steps.verify(
                f"Verify{name}", "s3:GetPublicAccessBlock", BUCKET, f"$.PublicAccessBlockConfiguration.{name}", "True"
            )
            for name in SETTINGS
        ),
        steps.say("SayChanged", Outcome.CHANGED, "Public access to the bucket {{ BucketName }} is now blocked."),
        steps.say(
            "SayNothingToDo", Outcome.NOTHING_TO_DO, "Public access to the bucket {{ BucketName }} is blocked already."
        ),
        steps.say(
            "SayWouldChange", Outcome.WOULD_CHANGE, "All public access to the bucket {{ BucketName }} would be blocked."
        ),
    ),
    outputs=tuple(f"ReadBlock.{name}" for name in SETTINGS),
    permissions=(
        Action("s3:GetBucketLocation", ANY_BUCKET),
        Action("s3:GetBucketPublicAccessBlock", ANY_BUCKET),
        Action("s3:PutBucketPublicAccessBlock", ANY_BUCKET),
    ),
)
