"""The questions that can be asked: which actions reach which resources, and what names such a resource."""

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property, lru_cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from rules.frozen import dataclass
from rules.permissions.languages import Part
from rules.permissions.patterns import action_glob
from rules.permissions.shapes import Characters, Shape

_WORD: Final = frozenset(ascii_lowercase + digits)
_NAME: Final = frozenset(ascii_lowercase + ascii_uppercase + digits + "-")
_MODEL_ID: Final = _NAME | frozenset("._:")
_VERSION: Final = frozenset(digits + ":k")
_REGION: Final = Characters(_WORD | {"-"})
_ACCOUNT: Final = Characters(frozenset(digits), 12, 12)
_ANY_WORD: Final[Shape] = (Characters(_WORD),)


@dataclass(frozen=True, eq=False)
class ArnForm:
    """
    One form of the ARNs that an action is authorised on: `arn:PARTITION:service:REGION:ACCOUNT:type/ID`.

    `ids` is the shape of what follows `type/`, which names the resource; `example` is an id that no policy
    names. `in_account` is False where AWS owns the resource and the account stays empty.
    """

    name: str
    service: str
    type: str
    example: str
    ids: Shape = _ANY_WORD
    in_account: bool = True

    @cached_property
    def prefix(self) -> str:
        """What stands before the id in the last part of the ARN."""
        return f"{self.type}/"

    @cached_property
    def nested(self) -> bool:
        """Whether an id holds a slash of its own."""
        return "/" in self.ids

    def takes_segment(self, segment: str) -> bool:
        """Return whether an ARN can hold `:segment/`: where its type begins, or with the version of a base model."""
        return segment == self.type.partition("/")[0] or (self.nested and _VERSION.issuperset(segment))

    def shape(self, partition: str) -> Shape:
        """Return the shape of the ARNs of this form in a partition."""
        return _arn_shape(self, partition)

    def arn(self, partition: str, region: str, account_id: str, identifier: str) -> str:
        """Return one ARN of this form."""
        account = account_id if self.in_account else ""
        return f"arn:{partition}:{self.service}:{region}:{account}:{self.prefix}{identifier}"


@lru_cache(256)
def _arn_shape(form: ArnForm, partition: str) -> Shape:
    account: Shape = (_ACCOUNT,) if form.in_account else ()
    return (f"arn:{partition}:{form.service}:", _REGION, ":", *account, f":{form.prefix}", *form.ids)


@dataclass(frozen=True, eq=False)
class Domain:
    """
    A kind of use: the actions that make it up and the forms of ARN that they are authorised on.

    `unscoped_actions` belong to it too but take no resource, so that "*" is the only Resource that allows them.
    `family` are the action patterns that grant nothing beyond the domain. `pins` are condition keys that settle
    the resource in a value, with the types of ARN that such a value names ("" for one that is no ARN).
    Source of actions, forms and keys: the Service Authorization Reference.
    """

    name: str
    resource: str
    actions: tuple[str, ...]
    forms: tuple[ArnForm, ...]
    family: tuple[str, ...]
    unscoped_actions: tuple[str, ...] = ()
    pins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def family_part(self) -> Part:
        """The action names that are the domain's own, in lower case."""
        return Part(tuple(map(action_glob, self.family)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The actions, the unscoped ones last, in lower case."""
        return tuple(action.lower() for action in (*self.actions, *self.unscoped_actions))

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The service prefixes of the actions."""
        return tuple(dict.fromkeys(action.partition(":")[0] for action in self.actions))

    @cached_property
    def initials(self) -> frozenset[str]:
        """The characters that an Action entry on a service of the domain can begin with."""
        return frozenset("*?").union(*((service[0], service[0].upper()) for service in self.services))

    @cached_property
    def forms_of(self) -> Mapping[str, tuple[ArnForm, ...]]:
        """The forms that each action is authorised on: those of its service."""
        return {
            action: tuple(form for form in self.forms if form.service == action.partition(":")[0])
            for action in self.actions
        }


_MODEL_IDS: Final[Shape] = (Characters(_MODEL_ID),)

MODEL_INVOCATION: Final = Domain(
    name="model invocation",
    resource="model",
    # Converse, StartAsyncInvoke and InvokeModelWithBidirectionalStream are authorised as InvokeModel:
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html
    actions=(
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:CreateModelInvocationJob",
        "bedrock-mantle:CreateInference",
    ),
    # Left out, because they name no model and never suffice for an invocation: async-invoke and
    # model-invocation-job, whose ids AWS makes, project of Amazon Bedrock and system-tool.
    forms=(
        ArnForm("foundation model", "bedrock", "foundation-model", "other.model-v1:0", _MODEL_IDS, in_account=False),
        ArnForm("inference profile", "bedrock", "inference-profile", "us.other.model-v1:0", _MODEL_IDS),
        ArnForm(
            "application inference profile", "bedrock", "application-inference-profile", "0therpr0file", _MODEL_IDS
        ),
        ArnForm("provisioned model", "bedrock", "provisioned-model", "0thermodel00"),
        ArnForm("custom model deployment", "bedrock", "custom-model-deployment", "0thermodel00"),
        ArnForm(
            "custom model",
            "bedrock",
            "custom-model",
            "other.model-v1:0/0thermodel00",
            (Characters(_NAME | frozenset("._")), Characters(_VERSION, 0), "/", Characters(_WORD)),
        ),
        ArnForm("imported model", "bedrock", "imported-model", "0thermodel00"),
        ArnForm("prompt router", "bedrock", "prompt-router", "0therr0uter0", _MODEL_IDS),
        ArnForm("default prompt router", "bedrock", "default-prompt-router", "other.model:1", _MODEL_IDS),
        ArnForm("marketplace endpoint", "bedrock", "marketplace/model-endpoint", "all-access", ("all-access",)),
        ArnForm("project", "bedrock-mantle", "project", "0therpr0ject", (Characters(_NAME | {"_"}),)),
    ),
    # AWS writes bedrock:InvokeModel* where it shows how to grant invocation and nothing else:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    family=("bedrock:InvokeModel*", "bedrock:CreateModelInvocationJob", "bedrock-mantle:CreateInference"),
    pins={
        "bedrock:inferenceprofilearn": ("inference-profile", "application-inference-profile"),
        "bedrock:promptrouterarn": ("prompt-router", "default-prompt-router"),
        "bedrock-mantle:model": ("",),
    },
)

RETRIEVAL: Final = Domain(
    name="retrieval",
    resource="knowledge base",
    actions=("bedrock:Retrieve", "bedrock:GetDocumentContent"),
    # AWS grants RetrieveAndGenerate on "*" beside bedrock:Retrieve on the knowledge base:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-prereq-permissions-general.html
    unscoped_actions=("bedrock:RetrieveAndGenerate", "bedrock:AgenticRetrieveStream"),
    forms=(ArnForm("knowledge base", "bedrock", "knowledge-base", "0THERBASE0", (Characters(_NAME - {"-"}),)),),
    family=("bedrock:Retrieve*", "bedrock:AgenticRetrieveStream", "bedrock:GetDocumentContent"),
)

ENDPOINT_INVOCATION: Final = Domain(
    name="endpoint invocation",
    resource="endpoint",
    actions=(
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointAsync",
        "sagemaker:InvokeEndpointWithResponseStream",
    ),
    # inference-component is left out: it is optional and lives on an endpoint.
    forms=(ArnForm("endpoint", "sagemaker", "endpoint", "any-other-endpoint", (Characters(_NAME),)),),
    family=("sagemaker:InvokeEndpoint*",),
)

GUARDRAIL_APPLICATION: Final = Domain(
    name="guardrail application",
    resource="guardrail",
    actions=("bedrock:ApplyGuardrail",),
    forms=(
        ArnForm("guardrail", "bedrock", "guardrail", "0therguardra"),
        ArnForm("guardrail profile", "bedrock", "guardrail-profile", "us.other.v1:0", _MODEL_IDS),
    ),
    family=("bedrock:ApplyGuardrail",),
)
