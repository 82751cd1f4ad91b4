"""What a rule is: an rdklib ConfigRule with metadata, typed parameters, a collector and one pure judgement."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Protocol, Self, TypeVar

from rdklib import ClientFactory, ConfigRule, Evaluation, InvalidParametersError

from rules.engine.aws import Aws
from rules.engine.collector import Action, Collector
from rules.engine.duties import Duty, Severity
from rules.engine.errors import ParameterError
from rules.engine.invocation import Invocation, handler_of
from rules.engine.parameters import InPack, Parameter, Tag, configured, parameters, shown_name
from rules.engine.resource import ACCOUNT_TYPE, Resource, Unreadable
from rules.engine.verdict import Verdict
from rules.frameworks.table import row_of
from rules.frozen import dataclass

if TYPE_CHECKING:
    from rules.frameworks.framework import Control

REPORT_ACTIONS = frozenset({Action("config:PutEvaluations")})
CLEAN_UP_ACTIONS = frozenset(
    {
        Action(
            "config:GetComplianceDetailsByConfigRule",
            "arn:{partition}:config:{region}:{account}:config-rule/*",
        )
    }
)

FOLDERS = frozenset(duty.folder for duty in Duty)

LONGEST_ID = 36
"""A conformance pack appends its own suffix to a rule's name, and GetComplianceDetailsByConfigRule takes 64."""


class Fact(Protocol):
    """What a rule judges: a frozen dataclass about one resource, with the resource's tags ({} for an account)."""

    @property
    def resource(self) -> Resource:
        """The resource that an evaluation of this fact names."""

    @property
    def tags(self) -> Mapping[str, str]:
        """The resource's tags; {} for the account, which has none."""


F = TypeVar("F", bound=Fact)


class _Row:
    """The entries in a rule's row, read when somebody asks: a rule's function never does, and starts cold."""

    def __get__(self, rule: object, kind: "type[Rule[Any]]") -> "tuple[Control, ...]":
        # One that derives from another rule answers to what that one answers to.
        named = [each for each in kind.__mro__ if issubclass(each, Rule) and "id" in vars(each)]
        if not named:
            raise AttributeError(f"{kind.__name__} is no rule of a duty and answers to nothing")
        return row_of(named[-1].duty.folder, named[-1].id).controls


class RuleMetadata(Generic[F]):
    """What every rule states about itself; none of it is a parameter."""

    title: str
    """The compliant state in a few words, such as "Invocation log groups are protected"."""
    severity: Severity
    if TYPE_CHECKING:
        frameworks: tuple[Control, ...]
    else:
        frameworks = _Row()
    """What the rule answers to: its row of the table in rules/frameworks, unless the class says otherwise."""
    references: tuple[str, ...]
    """AWS documentation that the rule rests on."""
    reports: tuple[str, ...]
    """Resource types that evaluations name."""
    nothing_to_judge: str
    """The sentence for an account where the rule has nothing to judge."""
    is_global: bool = False
    """True for rules on IAM, which is the same in every Region: they are evaluated in one Region only."""
    resource_types: tuple[str, ...] = ()
    """Config resource types whose changes trigger the rule; empty for a rule that only runs periodically."""
    collect: Collector[..., tuple[F | Unreadable, ...]]
    """Reads every fact that the rule judges."""


@dataclass(frozen=True)
class Rule(RuleMetadata[F], ConfigRule):
    """
    A Config rule. Derive from PeriodicRule or ChangeRule.

    The module's name is the rule's id and its folder the duty; the class docstring is its documentation; annotated
    fields are its parameters.
    """

    exempt_tag: Annotated[
        Tag | None, InPack("ExemptTag"), "Resources with this tag are exempt: they become NOT_APPLICABLE."
    ] = None

    id: ClassVar[str]
    duty: ClassVar[Duty]
    module: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.module = cls.__module__
        _, _, path = cls.__module__.partition("rules.")
        folder, _, name = path.partition(".")
        if folder in FOLDERS:
            cls.duty = Duty.of_folder(folder)
            cls.id = name.replace("_", "-")
        # rdklib's own clean-up compares ids without types, and would clear what could not be read.
        cls.delete_old_evaluations_on_scheduled_notification = False

    @abstractmethod
    def judge(self, fact: F, /) -> Verdict:
        """Return the verdict on one fact: no AWS, no clock, no environment."""

    def facts(self, aws: Aws) -> Iterable[F | Unreadable]:
        """Return every fact to judge; a rule whose parameters steer the reading overrides this."""
        return self.collect(aws)

    @classmethod
    def actions(cls) -> frozenset[Action]:
        """Return every IAM action of the rule's function: reading facts, reporting, cleaning up."""
        return cls.collect.actions | REPORT_ACTIONS | CLEAN_UP_ACTIONS

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return the rule's parameters; an account has no tags, so a rule on accounts has no exemptTag."""
        every = parameters(cls)
        if set(cls.reports) == {ACCOUNT_TYPE}:
            return tuple(parameter for parameter in every if parameter.field != "exempt_tag")
        return every

    @classmethod
    def configured(cls, given: Mapping[str, Any]) -> Self:
        """Return the rule with the parameters that AWS Config gave; raises ParameterError as `parameters` allow."""
        known = {parameter.name for parameter in cls.parameters()}
        for name in given:
            if name not in known:
                raise ParameterError(
                    f"{cls.id}: unknown parameter {shown_name(name)}; allowed: {', '.join(sorted(known)) or 'none'}"
                )
        try:
            return cls(**configured(cls, given))
        except ParameterError as error:
            raise ParameterError(f"{cls.id}: {error}") from None

    @classmethod
    def lambda_handler(cls) -> Callable[[Mapping[str, Any], object], None]:
        """Return the AWS Lambda entry point of this rule."""
        return handler_of(cls)

    # What rdklib calls.

    def evaluate_parameters(self, rule_parameters: dict[str, Any]) -> Self:
        """Return the rule configured with the event's parameters; raises InvalidParametersError."""
        try:
            return self.configured(rule_parameters)
        except ParameterError as error:
            raise InvalidParametersError(str(error)) from error

    def evaluate_periodic(
        self,
        event: dict[str, Any],
        client_factory: ClientFactory,
        valid_rule_parameters: "Rule[Any]",
    ) -> list[Evaluation]:
        """Return the evaluations of a periodic pass, with what left the scope since the last one."""
        return Invocation.of(event).periodic(valid_rule_parameters, client_factory)

    def get_assume_role_mode(self, event: dict[str, Any]) -> bool:
        """Return False: a function reads and reports with its own role, in its own account."""
        del event
        return False


class PeriodicRule(Rule[F]):
    """A rule that looks at the whole account once a day."""


class ChangeRule(Rule[F]):
    """
    A rule that also answers each change of its resource types, by reading that one resource again.

    A configuration item is only a trigger: its shape differs between resource types and lags behind the service.
    `read` takes the changed resource and returns its fact, an Unreadable, or None when the resource is gone or is
    not one that the rule is about.
    """

    read: ClassVar[Collector[..., Any]]

    def fact(self, aws: Aws, resource: Resource) -> F | Unreadable | None:
        """Return what `read` says of one resource; a rule whose parameters steer the reading overrides this."""
        found: F | Unreadable | None = self.read(aws, resource)
        return found

    @classmethod
    def actions(cls) -> frozenset[Action]:
        """Return every IAM action of the rule's function: both passes, reporting, cleaning up."""
        return super().actions() | cls.read.actions

    def evaluate_change(
        self,
        event: dict[str, Any],
        client_factory: ClientFactory,
        configuration_item: dict[str, Any],
        valid_rule_parameters: "ChangeRule[Any]",
    ) -> list[Evaluation]:
        """Return the one evaluation of the changed resource."""
        return Invocation.of(event).change(valid_rule_parameters, client_factory, configuration_item)
