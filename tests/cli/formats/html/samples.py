"""Reports for the tests of the HTML page."""

from dataclasses import replace
from datetime import date

from cli.report import Acceptance, Evaluation, Failure, Report, Unopened
from rules.engine.catalogue import all_rules
from rules.engine.resource import Resource
from rules.engine.verdict import compliant, non_compliant, not_applicable
from tests.cli.reports import bad, good, report, role, unused
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

ACCEPTED = replace(bad("tolerated"), accepted=Acceptance("ana@example.com", "Replaced in spring.", date(2027, 3, 31)))

FIRST = replace(
    report(
        bad("app", "Its key is weak; a strong one is wanted."),
        bad("batch", of=BoxGood),
        good("clean"),
        unused("idle"),
        ACCEPTED,
        failures=[
            Failure(BoxGood, None, "AccessDenied", "ListKeys: not authorized"),
            Failure(BoxesGood, role("locked"), "Throttling", "GetKey: slow down"),
        ],
    ),
    parameters={"boxes-good": {"least": "5", "share": "0.5", "label": "<b>bold</b>"}},
)
SECOND = replace(
    report(bad("elsewhere"), good("fine", of=BoxGood), region="eu-central-1"),
    parameters={"boxes-good": {"least": "9", "share": "0.5", "label": "<b>bold</b>"}},
)
CLOSED = replace(
    report(
        failures=[Failure(BoxesGood, None, "ExpiredToken", "The place could not be opened.")],
        region="us-west-2",
    ),
    account_id="unknown",
    profile="<i>audit</i>",
    unopened=Unopened("ExpiredToken", "The security token is expired."),
    warnings=("An entry of the baseline has expired: <script>alert(1)</script>.",),
)


def large(count: int) -> tuple[Report, ...]:
    """Return so many evaluations by all rules of the catalogue in two Regions, a third of them violations."""
    rules = all_rules()
    verdicts = (
        non_compliant("The bucket is encrypted with a key of Amazon S3 (AES256); a customer-managed key is wanted."),
        compliant("The bucket is encrypted with key 1234abcd-12ab-34cd-56ef-1234567890ab, which rotates yearly."),
        not_applicable("The bucket is empty, and nothing reads it."),
    )
    found: list[list[Evaluation]] = [[], []]
    for number in range(count):
        name = f"team-{number % 97}-training-data-{number:05}"
        resource = Resource("AWS::S3::Bucket", name, name, f"arn:aws:s3:::{name}")
        found[number % 2].append(Evaluation(rules[number % len(rules)], resource, verdicts[number % 3]))
    regions = ("us-east-1", "eu-central-1")
    return tuple(
        report(*every, region=region, rules=tuple(rules)) for region, every in zip(regions, found, strict=True)
    )
