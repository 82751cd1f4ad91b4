"""Runbook: require-tls."""

from cdk.remediation import steps
from cdk.remediation.runbook import BUCKET_NAME, Outcome, Runbook
from rules.engine.collector import Action

ANY_BUCKET = "arn:{partition}:s3:::*"
BUCKET: steps.Step = {"BucketName": "{{ BucketName }}", "AccountId": "{{ global:ACCOUNT_ID }}"}

REQUIRE_TLS = Runbook(
    id="require-tls",
    title="Adds a statement to an Amazon S3 bucket's policy that denies requests without TLS",
    changes="All statements that the policy has stay as they are; clients that speak plain HTTP are locked out.",
    parameters={"BucketName": BUCKET_NAME},
    steps=(
        # A policy is one text: no other step can read its statements or add one.
        steps.script(
            "Inspect",
            "tls_statement.inspect",
            BUCKET,
            outputs={"RequiresTls": "Boolean", "Statements": "Integer", "Policy": "String"},
        ),
        steps.decide(
            "Decide",
            steps.is_true("Inspect.RequiresTls"),
            nothing="SayNothingToDo",
            dry_run="SayWouldChange",
            change="Attach",
        ),
        steps.script("Attach", "tls_statement.attach", BUCKET, outputs={"Policy": "String"}),
        steps.script(
            "Verify",
            "tls_statement.verify",
            BUCKET | {"Policy": "{{ Attach.Policy }}"},
            outputs={"Statements": "Integer"},
        ),
        steps.say(
            "SayChanged",
            Outcome.CHANGED,
            "The policy of the bucket {{ BucketName }} now denies requests without TLS; "
            "it has {{ Verify.Statements }} statements.",
        ),
        steps.say(
            "SayNothingToDo",
            Outcome.NOTHING_TO_DO,
            "The policy of the bucket {{ BucketName }} denies requests without TLS already.",
        ),
        steps.say(
            "SayWouldChange",
            Outcome.WOULD_CHANGE,
            "A statement that denies requests without TLS would be added to the {{ Inspect.Statements }} of the "
            "policy of the bucket {{ BucketName }}.",
        ),
    ),
    outputs=("Inspect.RequiresTls", "Inspect.Policy"),
    permissions=(Action("s3:GetBucketPolicy", ANY_BUCKET), Action("s3:PutBucketPolicy", ANY_BUCKET)),
)
