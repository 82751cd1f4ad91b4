"""The Lambda functions of the company: those that call models, and one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from cli.sandbox.company.labels import BAD, GOOD, Label
from cli.sandbox.company.networks import CLAIMS, TRIALS

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

ROLE = "lambda-bedrock-role-scoped"
SETTINGS = "lambda-bedrock-timeout-memory-set"


@dataclass(frozen=True)
class Function:
    """
    A function with an execution role of its own name; without `wanted`, the verdict on the role, it cannot call models.

    `timeout` is in seconds, `memory_size` in MB.
    """

    name: str
    region: str
    wanted: Compliance | None = None
    vpc: str | None = None
    timeout: int = 60
    memory_size: int = 512

    @property
    def labels(self) -> tuple[Label, ...]:
        """What the rules on functions have to find."""
        if self.wanted is None:
            return ()
        patient = GOOD if (self.timeout, self.memory_size) != AS_CREATED else BAD
        return Label(ROLE, self.region, self.name, self.wanted), Label(SETTINGS, self.region, self.name, patient)


AS_CREATED = (3, 128)
"""Timeout and memory size of a function for which nobody set any."""


FUNCTIONS = (
    Function("claims-triage", "us-east-1", GOOD, vpc=CLAIMS),
    Function("claims-summary", "us-east-1", GOOD, vpc=CLAIMS),
    # May administer guardrails beside calling a model.
    Function("prompt-tester", "us-east-1", BAD, vpc=CLAIMS),
    Function("document-chat", "us-east-1", BAD, None, *AS_CREATED),
    Function("nightly-batch", "us-east-1", BAD),
    Function("invoice-mailer", "us-east-1"),
    Function("trial-matching", "eu-central-1", GOOD, vpc=TRIALS),
)

LABELS = tuple(label for each in FUNCTIONS for label in each.labels)
CLEAN_LABELS = tuple(label for each in FUNCTIONS if each.wanted is not BAD for label in each.labels)


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
        Code={"ZipFile": archive()},
        Timeout=function.timeout,
        MemorySize=function.memory_size,
        **network,
    )


def archive() -> bytes:
    """Return the deployment package of a function that does nothing."""
    content = BytesIO()
    with ZipFile(content, "w") as packed:
        packed.writestr(ZipInfo("app.py"), "def handler(event, context): ...\n")
    return content.getvalue()
