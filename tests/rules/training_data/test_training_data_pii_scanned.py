import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.macie import ABSENT, OFF, PAUSED, Session
from rules.facts.macie_jobs import Condition, Scope
from rules.facts.s3 import OtherBucket, OtherKind
from rules.facts.training_scans import ScannedBucket
from rules.permissions.document import PolicyDocument, PolicyType, parse
from rules.training_data.training_data_pii_scanned import TrainingDataPiiScanned
from tests.rules.criteria.test_key_policies import MACIE, OWNER, ROLE
from tests.rules.criteria.test_scan_scopes import BUCKET, JOB, KNOWN, keys, name

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
ONCE = replace(JOB, buckets=frozenset({"corpus"}))
DAILY = replace(ONCE, name="daily", id="daily", scheduled=True, status="IDLE", runs=9, days_since_run=1)
SCANNED = replace(BUCKET, jobs=(ONCE,))
SAMPLED = replace(KNOWN, monitored=True, days_since_discovery=5, sensitivity=1)
DISCOVERED = replace(BUCKET, known=SAMPLED)
MANAGED_CREDENTIALS = (
    *("AWS_CREDENTIALS", "GCP_API_KEY", "HTTP_BASIC_AUTH_HEADER", "HTTP_COOKIE", "JSON_WEB_TOKEN"),
    *("OPENSSH_PRIVATE_KEY", "PGP_PRIVATE_KEY", "PKCS", "PUTTY_PRIVATE_KEY", "STRIPE_CREDENTIALS"),
)
ADMINISTRATOR = Session("ENABLED", "111122223333", ROLE)

GOOD = compliant('Job "weekly" looked at the training data 3 days ago and left nothing grave open.')
DISCOVERY = compliant("Automated discovery looked at the training data 5 days ago and left nothing grave open.")
NO_SCAN = "Amazon Macie has no complete scan of the training data in the last 30 days."
NOTHING_READABLE = not_applicable(
    "Amazon Macie can read none of the bucket's objects: their format, storage class or encryption bars it."
)


def policy(*statements: Mapping[str, object]) -> PolicyDocument:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), PolicyType.RESOURCE)


def locked(document: PolicyDocument | None) -> ScannedBucket:
    """Return a bucket that was scanned, with objects under a customer-managed key of this policy."""
    return replace(SCANNED, session=Session("ENABLED", None, ROLE), key_arn=KEY, key_policy=document)


@pytest.mark.parametrize(
    ("bucket", "verdict"),
    [
        pytest.param(SCANNED, GOOD, id="a job that ran once"),
        pytest.param(
            replace(BUCKET, jobs=(ONCE, DAILY)),
            compliant('Job "daily" looked at the training data 1 day ago and left nothing grave open.'),
            id="the newest of two jobs",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, days_since_run=0),)),
            compliant('Job "weekly" looked at the training data today and left nothing grave open.'),
            id="a job of today",
        ),
        pytest.param(DISCOVERED, DISCOVERY, id="automated discovery"),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, sensitivity=80)), DISCOVERY, id="a score without findings"
        ),
        pytest.param(
            replace(SCANNED, jobs=(replace(ONCE, days_since_run=30),)),
            compliant('Job "weekly" looked at the training data 30 days ago and left nothing grave open.'),
            id="just in time",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, days_since_run=31, scheduled=True, status="IDLE"),)),
            non_compliant(NO_SCAN, 'Job "weekly" last ran 31 days ago.'),
            id="just too late",
        ),
        pytest.param(BUCKET, non_compliant(NO_SCAN), id="no scan"),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, buckets=frozenset({"corpus-two"})),)),
            non_compliant(NO_SCAN),
            id="a job for another bucket",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, buckets=frozenset(), choice=Scope((name("EQ", "corpus"),))),)),
            GOOD,
            id="a job that chooses the bucket",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, status="RUNNING"),)),
            non_compliant(NO_SCAN, 'Job "weekly" is still running.'),
            id="a job that is still running",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, status="RUNNING"),)),
            not_applicable(
                'Job "daily" is running again; whether its last run was complete cannot be told until it ends.'
            ),
            id="a recurring job that is running again",
        ),
        pytest.param(replace(BUCKET, jobs=(replace(DAILY, status="RUNNING"), ONCE)), GOOD, id="another scan meanwhile"),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, status="RUNNING", runs=1),)),
            non_compliant(NO_SCAN, 'Job "daily" is still running.'),
            id="a recurring job's first run",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, status="RUNNING", existing=False),)),
            non_compliant(NO_SCAN, 'Job "daily" is still running.'),
            id="a recurring job that would not count is running again",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, runs=0),)),
            non_compliant(NO_SCAN, 'Job "daily" has not run yet.'),
            id="a recurring job before its first run",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, failed=True),)),
            non_compliant(NO_SCAN, 'Job "daily" could not read everything in its last run.'),
            id="a run with errors",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, existing=False),)),
            non_compliant(NO_SCAN, 'Job "daily" looks only at objects that are newer than the job.'),
            id="only new objects",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, objects=Scope((), (keys("train/2025/"),))),)),
            non_compliant(NO_SCAN, 'The scope of job "daily" leaves out training data.'),
            id="a part is left out",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, objects=Scope((keys("train/"),))),)), GOOD, id="the part that is read"
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, objects=Scope((Condition("OBJECT_EXTENSION", "EQ", ("csv",)),))),)),
            non_compliant(NO_SCAN, 'The scope of job "daily" leaves out training data.'),
            id="some formats only",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, sampling=10),)),
            non_compliant(NO_SCAN, 'Job "daily" looks at 10 percent of the objects; 100 is wanted.'),
            id="a sample",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(DAILY, selector="NONE"),)),
            non_compliant(NO_SCAN, 'Job "daily" uses no managed data identifier that finds personal data.'),
            id="no managed identifiers",
        ),
        pytest.param(
            replace(
                BUCKET,
                jobs=(
                    replace(DAILY, selector="INCLUDE", identifiers=frozenset({"AWS_CREDENTIALS", "JSON_WEB_TOKEN"})),
                ),
            ),
            non_compliant(NO_SCAN, 'Job "daily" uses no managed data identifier that finds personal data.'),
            id="identifiers of credentials only",
        ),
        pytest.param(
            replace(
                BUCKET,
                jobs=(replace(DAILY, selector="INCLUDE", identifiers=frozenset(MANAGED_CREDENTIALS)),),
            ),
            non_compliant(NO_SCAN, 'Job "daily" uses no managed data identifier that finds personal data.'),
            id="every identifier of credentials",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, selector="INCLUDE", identifiers=frozenset({"USA_PASSPORT_NUMBER"})),)),
            GOOD,
            id="an identifier of people",
        ),
        pytest.param(
            replace(BUCKET, jobs=(replace(ONCE, selector="EXCLUDE", identifiers=frozenset({"AWS_CREDENTIALS"})),)),
            GOOD,
            id="all but an identifier",
        ),
        pytest.param(locked(policy(OWNER, MACIE)), GOOD, id="a key that lets Macie in"),
        pytest.param(
            locked(policy(OWNER)),
            non_compliant(
                NO_SCAN, f"The policy of {KEY} does not let Amazon Macie decrypt objects, so jobs pass over them."
            ),
            id="a key that keeps Macie out",
        ),
        pytest.param(
            locked(None),
            non_compliant(NO_SCAN, f"Whether Amazon Macie may use {KEY} cannot be read from this account."),
            id="a key whose policy nobody reads",
        ),
        pytest.param(
            replace(locked(policy(OWNER)), jobs=(), known=SAMPLED),
            DISCOVERY,
            id="discovery that read objects under a key",
        ),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, days_since_discovery=31)),
            non_compliant(NO_SCAN, "Automated discovery last looked into the bucket 31 days ago."),
            id="discovery too long ago",
        ),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, days_since_discovery=None, sensitivity=50)),
            non_compliant(NO_SCAN, "Automated discovery has not looked into the bucket yet."),
            id="discovery that has not looked yet",
        ),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, sensitivity=50)),
            non_compliant(NO_SCAN, "Automated discovery has not looked into the bucket yet."),
            id="the score of a bucket that was not looked into",
        ),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, sensitivity=None)),
            non_compliant(NO_SCAN, "Automated discovery has not looked into the bucket yet."),
            id="no score",
        ),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, sensitivity=-1)),
            non_compliant(NO_SCAN, "Automated discovery could not read any object that it chose."),
            id="discovery that read nothing",
        ),
        pytest.param(
            replace(DISCOVERED, known=replace(SAMPLED, monitored=False)),
            non_compliant(NO_SCAN),
            id="discovery leaves the bucket out by now",
        ),
        pytest.param(
            replace(SCANNED, findings=(("High", 1), ("Low", 7))),
            non_compliant("Amazon Macie has 1 finding of sensitive data of severity High open; none is wanted."),
            id="a grave finding",
        ),
        pytest.param(replace(SCANNED, findings=(("Low", 7), ("Medium", 2))), GOOD, id="lesser findings"),
        pytest.param(
            replace(BUCKET, findings=(("High", 3),)),
            non_compliant(
                "Amazon Macie has 3 findings of sensitive data of severity High open; none is wanted.", NO_SCAN
            ),
            id="findings of an old scan",
        ),
        pytest.param(
            replace(BUCKET, known=replace(KNOWN, classifiable=0), findings=(("High", 3),)),
            non_compliant(
                "Amazon Macie has 3 findings of sensitive data of severity High open; none is wanted.", NO_SCAN
            ),
            id="findings in objects that were replaced by others",
        ),
        pytest.param(
            replace(DISCOVERED, session=ADMINISTRATOR), DISCOVERY, id="an administrator, and nothing sensitive found"
        ),
        pytest.param(
            replace(DISCOVERED, session=ADMINISTRATOR, known=replace(SAMPLED, sensitivity=51)),
            non_compliant(
                "Automated discovery found sensitive data: the score is 51, less than 50 is wanted."
                " Account 111122223333 has the findings."
            ),
            id="an administrator has the findings",
        ),
        pytest.param(
            replace(BUCKET, session=ADMINISTRATOR),
            non_compliant(NO_SCAN, "Jobs of Macie's administrator 111122223333 are not visible here."),
            id="an administrator may have scanned it",
        ),
        pytest.param(
            replace(SCANNED, known=replace(KNOWN, objects=0, classifiable=0)),
            not_applicable("The bucket holds no objects any more, so there is nothing to scan."),
            id="an empty bucket",
        ),
        pytest.param(replace(SCANNED, known=replace(KNOWN, classifiable=0)), NOTHING_READABLE, id="images only"),
        pytest.param(
            replace(SCANNED, known=replace(KNOWN, own_keys=2)), NOTHING_READABLE, id="all under keys that callers send"
        ),
        pytest.param(
            replace(SCANNED, known=replace(KNOWN, objects=None, classifiable=None)),
            GOOD,
            id="numbers that are not known",
        ),
        pytest.param(
            replace(BUCKET, session=Session(OFF), known=None),
            non_compliant(
                "Amazon Macie is not enabled in us-east-1, so nothing has looked for personal data in the bucket."
            ),
            id="Macie is off",
        ),
        pytest.param(
            replace(BUCKET, session=Session(PAUSED), known=None),
            non_compliant("Amazon Macie is suspended in us-east-1, and its jobs with it."),
            id="Macie is suspended",
        ),
        pytest.param(
            replace(BUCKET, session=Session(ABSENT), known=None, region="ca-west-1"),
            not_applicable("Amazon Macie is not available in ca-west-1."),
            id="a Region without Macie",
        ),
        pytest.param(
            replace(SCANNED, known=None),
            non_compliant("Amazon Macie does not know the bucket, so it never looked into it."),
            id="a bucket that Macie does not know",
        ),
        pytest.param(
            replace(SCANNED, known=replace(KNOWN, error="ACCESS_DENIED")),
            non_compliant("Amazon Macie cannot read the bucket: ACCESS_DENIED."),
            id="a bucket that Macie cannot read",
        ),
        pytest.param(
            OtherBucket(BUCKET.resource, {}, OtherKind.FOREIGN),
            not_applicable("It is a bucket of another account, which Amazon Macie does not show in this account."),
            id="a bucket of another account",
        ),
    ],
)
def test_judges_scans_and_findings(bucket: ScannedBucket | OtherBucket, verdict: Verdict) -> None:
    assert TrainingDataPiiScanned().judge(bucket) == verdict


@pytest.mark.parametrize(
    ("parameters", "bucket", "verdict"),
    [
        pytest.param(
            {"maxScanAgeDays": "2"},
            SCANNED,
            non_compliant(
                "Amazon Macie has no complete scan of the training data in the last 2 days.",
                'Job "weekly" last ran 3 days ago.',
            ),
            id="a shorter time",
        ),
        pytest.param({"maxScanAgeDays": "3"}, SCANNED, GOOD, id="just in time"),
        pytest.param(
            {"minSeverity": "Medium"},
            replace(SCANNED, findings=(("High", 1), ("Low", 7), ("Medium", 2))),
            non_compliant(
                "Amazon Macie has 3 findings of sensitive data of severity Medium or above open; none is wanted."
            ),
            id="lesser findings count",
        ),
        pytest.param(
            {"minSeverity": "low"},
            replace(SCANNED, findings=(("Low", 1),)),
            non_compliant(
                "Amazon Macie has 1 finding of sensitive data of severity Low or above open; none is wanted."
            ),
            id="all findings count",
        ),
        pytest.param(
            {"minSamplingPercentage": "10"}, replace(BUCKET, jobs=(replace(ONCE, sampling=10),)), GOOD, id="a sample"
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], bucket: ScannedBucket, verdict: Verdict) -> None:
    assert TrainingDataPiiScanned.configured(parameters).judge(bucket) == verdict


def test_exempts_a_bucket_with_the_tag() -> None:
    rule = TrainingDataPiiScanned.configured({"exemptTag": "stage=prod"})

    assert verdict_on(rule, BUCKET) == not_applicable("Exempt by the tag stage=prod.")
