"""Rule: bedrock-kb-source-governed."""

from typing import Annotated, Literal

from rules.criteria.knowledge_sources import sync_defects, tag_defects
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack, Tag
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import knowledge_sources
from rules.facts.knowledge_sources import GovernedSource
from rules.frozen import dataclass

SourceType = Literal["S3", "WEB", "CONFLUENCE", "SALESFORCE", "SHAREPOINT", "CUSTOM", "REDSHIFT_METADATA"]


@dataclass(frozen=True)
class BedrockKbSourceGoverned(ChangeRule[GovernedSource]):
    """
    Checks if data sources of Amazon Bedrock knowledge bases are of an allowed type and read classified buckets.

    The rule is NON_COMPLIANT if the type is not allowed, a bucket lacks a required tag, the deletion policy is
    another, or the last sync is too old.

    ## Why
    A knowledge base repeats whatever its sources hold.
    Somebody has to have decided what may be in there, and what becomes of it when the source goes.

    ## Fix
    Tag the bucket: `aws s3api put-bucket-tagging`; in the AWS CDK, `Tags.of(bucket).add("data-classification", "…")`.
    Deletion policy: `aws bedrock-agent update-data-source --data-deletion-policy RETAIN …`; in the AWS CDK,
    `bedrock.CfnDataSource(self, "Source", data_deletion_policy="RETAIN", …)`.
    Sync: `aws bedrock-agent start-ingestion-job`, on a schedule.
    Delete data sources of other types (`delete-data-source`), or allow their type.

    ## Limits
    A data source has no tags: `exemptTag` looks at those of its knowledge base.
    The connector of a managed knowledge base counts as what its parameters name as `type`.
    Tags of buckets of other accounts cannot be read: such a source is NOT_APPLICABLE when nothing else is wrong.
    A sync that completed may have left out documents; sources of the type CUSTOM are never synced.
    """

    title = "Data sources of knowledge bases are allowed, classified and current"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/data-source-connectors.html",
        "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_DataSource.html",
    )
    reports = ("AWS::Bedrock::DataSource",)
    resource_types = ("AWS::Bedrock::DataSource",)
    nothing_to_judge = "No knowledge base of this account and Region has a data source."
    collect = knowledge_sources.governed_sources
    read = knowledge_sources.governed_source

    allowed_types: Annotated[tuple[SourceType, ...], "Types of sources that may be connected."] = ("S3",)
    required_tags: Annotated[tuple[Tag, ...], InPack(), "Tags that every source bucket has to have."] = (
        Tag("data-classification", None),
    )
    data_deletion_policy: Annotated[
        Literal["any", "RETAIN", "DELETE"], "What has to become of the vectors when a source is deleted."
    ] = "any"
    max_sync_age_days: Annotated[int, Between(0, 3650), "Most days since the last complete sync; 0 is no limit."] = 0

    def judge(self, source: GovernedSource, /) -> Verdict:
        """Return whether the source is one that somebody decided on, and kept current."""
        defects = [*tag_defects(source, self.required_tags), *sync_defects(source, self.max_sync_age_days)]
        if self.data_deletion_policy not in ("any", source.deletion_policy):
            defects.append(f"The deletion policy is {source.deletion_policy}; {self.data_deletion_policy} is wanted.")
        if source.kind not in self.allowed_types:
            allowed = listed(self.allowed_types, most=7)
            defects.insert(0, f"The type {source.kind} is not allowed; {allowed} is wanted.")
        if defects:
            return non_compliant(*defects)
        unknown = [bucket.name for bucket in source.buckets if bucket.tags is None]
        if unknown:
            return not_applicable(f"The tags of {listed(unknown)} cannot be read from this account.")
        return compliant(f"The source is of the type {source.kind}, with all tags that are required.")


handler = BedrockKbSourceGoverned.lambda_handler()
