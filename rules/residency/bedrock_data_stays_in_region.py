"""Rule: bedrock-data-stays-in-region."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

from rules.engine.duties import Severity
from rules.engine.parameters import InPack, Matching
from rules.engine.resource import ACCOUNT_TYPE
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable, out_of_scope
from rules.facts import bedrock_residency
from rules.facts.bedrock_residency import DataPaths, Destination
from rules.frozen import dataclass

Regions = Matching(r"[a-z]{2,5}(-[a-z0-9*]+)+", "Regions such as eu-central-1, or eu-*")
UNSET = "allowedRegions is not set, so no Region is known to be a wrong one."


@dataclass(frozen=True)
class BedrockDataStaysInRegion(PeriodicRule[DataPaths]):
    """
    Checks if what is sent to Amazon Bedrock, and what it keeps, stays in the allowed Regions.

    The rule is NON_COMPLIANT if an inference profile, a guardrail profile, a model copy, or a bucket of logs or
    documents reaches another Region.

    ## Why
    Cross-Region inference sends prompts to whichever Region has room, and it is one prefix of a model id away.
    Residency rules ask where data is processed, not only where it is stored.

    ## Fix
    Make application inference profiles from a model of the Region, or from a profile of an allowed geography
    (`aws bedrock create-inference-profile`); take the guardrail profile off the guardrail (`update-guardrail` without
    `crossRegionConfig`) and publish a version; deny `bedrock:InvokeModel` on other inference profiles; move buckets.
    In the AWS CDK: `bedrock.CfnApplicationInferenceProfile`, `bedrock.CfnGuardrail`.

    ## Limits
    Nothing is judged until `allowedRegions` is set; entries such as `eu-*` allow a whole geography.
    AWS tells the Regions of a guardrail profile in its documentation only: `eu.guardrail.v1:0` counts as any Region
    of `eu-*`, which an entry has to allow.
    An inference profile that AWS defines counts when it was invoked in the last two weeks (CloudWatch metrics).
    Log groups are in the Region itself; replication of buckets is not judged.
    """

    title = "Data of Amazon Bedrock stays in the allowed Regions"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region.html",
    )
    reports = ("AWS::Bedrock::ApplicationInferenceProfile", "AWS::Bedrock::Guardrail", "AWS::::Account")
    nothing_to_judge = "Nothing of Amazon Bedrock sends or keeps data in this Region."
    collect = bedrock_residency.data_paths

    allowed_regions: Annotated[tuple[str, ...], Regions, InPack(), "Regions that data may get to."] = ()
    allow_global_profiles: Annotated[bool, "Whether inference profiles may reach any commercial Region."] = False

    def judge(self, paths: DataPaths, /) -> Verdict:
        """Return whether everything that the resource sends or keeps is in an allowed Region."""
        if not self.allowed_regions:
            return not_applicable(UNSET) if paths.resource.type == ACCOUNT_TYPE else out_of_scope(UNSET)
        if not paths.destinations:
            return out_of_scope("No data gets anywhere through it.")
        defects = [sentence for destination in paths.destinations for sentence in self._defects(destination)]
        if defects:
            return non_compliant(*defects)
        regions = dict.fromkeys(region for destination in paths.destinations for region in destination.regions)
        if any(destination.worldwide for destination in paths.destinations):
            return compliant("Data may get to any commercial Region, which allowGlobalProfiles allows.")
        return compliant(f"Data gets to {listed(regions, most=6)} only.")

    def _defects(self, destination: Destination) -> Iterator[str]:
        if destination.worldwide and not self.allow_global_profiles:
            yield f"{destination.what} may reach any commercial Region."
        outside = [region or "a Region that is not known" for region in destination.regions if not self._allows(region)]
        if outside:
            yield f"{destination.what} reaches {listed(outside)}, which allowedRegions leaves out."

    def _allows(self, region: str) -> bool:
        return any(fnmatchcase(region, pattern) for pattern in self.allowed_regions)


handler = BedrockDataStaysInRegion.lambda_handler()
