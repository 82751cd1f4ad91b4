"""Facts about the Regions that data of Amazon Bedrock gets to, and what takes it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import bedrock_logging, bedrock_usage, knowledge_sources, s3
from rules.facts.bedrock_tags import tags
from rules.facts.listings import every, within
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

APPLICATION_PROFILE = "arn:{partition}:bedrock:{region}:{account}:application-inference-profile/*"
GUARDRAIL = "arn:{partition}:bedrock:{region}:{account}:guardrail/*"
GONE = ("ResourceNotFoundException",)

GEOGRAPHIES = {"apac": "ap-*"}
"""What Regions of a geography are called, where a guardrail profile calls the geography otherwise."""


@dataclass(frozen=True)
class Destination:
    """
    Where data gets to.

    `what` takes it there, as the beginning of a sentence. `regions` are Regions, or `eu-*` for any one of a geography;
    one that AWS does not tell is "". `worldwide` says that it may be any commercial Region.
    """

    what: str
    regions: tuple[str, ...]
    worldwide: bool = False


@dataclass(frozen=True)
class DataPaths:
    """An inference profile, a guardrail, or the account, with everywhere that its data gets to."""

    resource: Resource
    tags: Mapping[str, str]
    destinations: tuple[Destination, ...]


@reads(
    Action("bedrock:ListInferenceProfiles"),
    Action("bedrock:ListTagsForResource", APPLICATION_PROFILE),
)
def application_profiles(aws: Aws) -> tuple[DataPaths | Unreadable, ...]:
    """Return every application inference profile of the account and Region with the Regions of its models."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        arn = summary["inferenceProfileArn"]
        return Resource("AWS::Bedrock::ApplicationInferenceProfile", arn, summary["inferenceProfileName"], arn)

    def read(summary: Mapping[str, Any]) -> DataPaths:
        tagged = tags(aws, summary["inferenceProfileArn"])
        return DataPaths(identify(summary), tagged, (_profile("The profile", summary),))

    return aws.read_each(_profiles(aws, "APPLICATION"), identify, read, gone=GONE)


@reads(Action("bedrock:ListGuardrails", GUARDRAIL), Action("bedrock:ListTagsForResource", GUARDRAIL))
def guardrails(aws: Aws) -> tuple[DataPaths | Unreadable, ...]:
    """
    Return every guardrail of the account and Region with where its versions are evaluated.

    Without a guardrail profile that is the guardrail's own Region. AWS tells the Regions of a profile in its
    documentation only, so that the profile's geography stands for them. Source:
    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region-support.html
    """

    def identify(summary: Mapping[str, Any]) -> Resource:
        return Resource("AWS::Bedrock::Guardrail", summary["arn"], summary["name"], summary["arn"])

    def read(summary: Mapping[str, Any]) -> DataPaths:
        versions = within(aws, "bedrock", "list_guardrails", "guardrails", guardrailIdentifier=summary["arn"])
        profiles = [version.get("crossRegionDetails", {}).get("guardrailProfileId") for version in versions]
        found = tuple(
            Destination(f"Guardrail profile {profile}", (_geography(profile),))
            for profile in sorted({each for each in profiles if each})
        )
        return DataPaths(identify(summary), tags(aws, summary["arn"]), found)

    summaries = every(aws, "bedrock", "list_guardrails", "guardrails")
    return aws.read_each(summaries, identify, read, gone=GONE)


@reads(
    Action("bedrock:ListCustomModels"),
    Action("bedrock:ListInferenceProfiles"),
    Action("bedrock:ListModelCopyJobs"),
    uses=(bedrock_logging.configuration, bedrock_usage.invoked_models, knowledge_sources.bucket_names, s3.place),
)
def account_paths(aws: Aws) -> tuple[DataPaths, ...]:
    """
    Return where the account's own data gets to from this Region.

    That is where models were invoked in the last two weeks, and by which of AWS's inference profiles; copies of models
    that are still there; and buckets with invocation logs or documents of knowledge bases. Raises
    UnexpectedAnswerError when a data source cannot be read.
    """
    found = (*_invocations(aws), *_copies(aws), *_buckets(aws))
    return (DataPaths(aws.account, {}, found),)


@reads(uses=(application_profiles, guardrails, account_paths))
def data_paths(aws: Aws) -> tuple[DataPaths | Unreadable, ...]:
    """Return everything of the account and Region through which data gets somewhere."""
    return (*application_profiles(aws), *guardrails(aws), *account_paths(aws))


def _profiles(aws: Aws, kind: str) -> list[Mapping[str, Any]]:
    return every(aws, "bedrock", "list_inference_profiles", "inferenceProfileSummaries", typeEquals=kind)


def _profile(what: str, summary: Mapping[str, Any]) -> Destination:
    regions = [model["modelArn"].split(":")[3] for model in summary["models"]]
    # Global profiles name a model without a Region, which stands for every commercial one
    # (https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html).
    return Destination(what, tuple(sorted({region for region in regions if region})), "" in regions)


def _invocations(aws: Aws) -> Iterator[Destination]:
    invoked = bedrock_usage.invoked_models(aws)
    profiles = _profiles(aws, "SYSTEM_DEFINED")
    if invoked:
        yield Destination("Invoking models in this Region", (aws.region,))
    for summary in sorted(profiles, key=lambda profile: str(profile["inferenceProfileId"])):
        if not {summary["inferenceProfileId"], summary["inferenceProfileArn"]}.isdisjoint(invoked):
            yield _profile(f"Inference profile {summary['inferenceProfileId']}", summary)


def _copies(aws: Aws) -> Iterator[Destination]:
    models = {one["modelArn"] for one in every(aws, "bedrock", "list_custom_models", "modelSummaries", isOwned=True)}
    jobs = every(aws, "bedrock", "list_model_copy_jobs", "modelCopyJobSummaries", statusEquals="Completed")
    for job in sorted(jobs, key=lambda job: str(job["targetModelArn"])):
        target = job["targetModelArn"]
        if target in models:
            name = job.get("targetModelName") or target
            yield Destination(f"Model copy {name}", (target.split(":")[3],))


def _buckets(aws: Aws) -> Iterator[Destination]:
    config = bedrock_logging.configuration(aws) or {}
    large = config.get("cloudWatchConfig", {}).get("largeDataDeliveryS3Config")
    logs = [one["bucketName"] for one in (config.get("s3Config"), large) if one]
    yield from _places(aws, "Log bucket", logs)
    yield from _places(aws, "Knowledge base bucket", sorted(knowledge_sources.bucket_names(aws)))


def _places(aws: Aws, what: str, names: Iterable[str]) -> Iterator[Destination]:
    for name in dict.fromkeys(names):
        place = s3.place(aws, name)
        if place is not None:
            region = place.region or "" if isinstance(place, s3.OtherBucket) else place
            yield Destination(f"{what} {name}", (region,))


def _geography(profile: str) -> str:
    prefix = profile.partition(".")[0]
    return GEOGRAPHIES.get(prefix, f"{prefix}-*")
