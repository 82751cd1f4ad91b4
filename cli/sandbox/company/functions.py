"""The Lambda functions of the company: those that call models, and one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.networks import CLAIMS, TRIALS

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

RULE = "lambda-bedrock-role-scoped"


@dataclass(frozen=True)
class Function:
    """A function with an execution role of its own name; without `wanted` it cannot call models."""

    name: str
    region: str
    wanted: Compliance | None = None
    vpc: str | None = None


FUNCTIONS = (
    Function("claims-triage", "us-east-1", GOOD, vpc=CLAIMS),
    Function("claims-summary", "us-east-1", GOOD, vpc=CLAIMS),
    # May administer guardrails beside calling a model.
    Function("prompt-tester", "us-east-1", BAD, vpc=CLAIMS),
    Function("document-chat", "us-east-1", BAD),
    Function("nightly-batch", "us-east-1", BAD),
    Function("invoice-mailer", "us-east-1"),
    Function("trial-matching", "eu-central-1", GOOD, vpc=TRIALS),
)

LABELS = tuple(Label(RULE, each.region, each.name, each.wanted) for each in FUNCTIONS if each.wanted)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the functions of a Region."""
    for function in FUNCTIONS:
        if function.region == site.region and (site.mixed or function.wanted is not BAD):
            _function(site, function)


def _function(site: Site, function: Function) -> None:
    network = {}
    if function.vpc:
        network = {
            "VpcConfig": {
                "SubnetIds": [site.subnets[function.vpc]],
                "SecurityGroupIds": [site.security_groups[function.vpc]],
            }
        }
    site.client("lambda").create_function(
        FunctionName=function.name,
        Role=site.role(function.name),
        Runtime="python3.14",
        Handler="app.handler",
        Code={"ZipFile": _code()},
        Timeout=60,
        MemorySize=512,
        **network,
    )


def _code() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr(ZipInfo("app.py"), "def handler(event, context): ...\n")
    return content.getvalue()
