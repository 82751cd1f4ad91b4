"""The answer to one question: whether a principal may do an action on a resource."""

from rules.frozen import dataclass
from rules.permissions.conditions import Truth, all_of, any_of
from rules.permissions.document import Statement
from rules.permissions.layers import ALONE, Layers, LiveStatement, Surroundings, layers
from rules.permissions.patterns import action_glob
from rules.permissions.principal import PrincipalPolicies


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Whether a request is allowed (DEPENDS: for some contexts), and the statements that bear on it.

    `allows` has a group for each layer that must allow: identity-based policies, boundary, service control.
    """

    truth: Truth
    allows: tuple[tuple[LiveStatement, ...], ...]
    denies: tuple[LiveStatement, ...]


def decide(principal: PrincipalPolicies, action: str, resource: str, surroundings: Surroundings = ALONE) -> Decision:
    """
    Return whether a principal may do an action on a resource, as far as the surroundings settle it.

    `resource` is an ARN, or "*" for an action that takes no resource. Resource-based policies are not looked at.
    """
    return decide_within(layers(principal, surroundings), action, resource)


def decide_within(found: Layers, action: str, resource: str) -> Decision:
    """Return the decision of layers that hold at least all statements that match the action."""
    name = action.lower()
    allows = tuple(tuple(live for live in layer if _bears(live, name, resource)) for layer in found.allows)
    denies = tuple(live for live in found.denies if _bears(live, name, resource))
    allowed = all_of(any_of(_applies(live, resource) for live in layer) for layer in allows)
    denied = any_of(_applies(live, resource) for live in denies)
    return Decision(all_of((allowed, denied.negated())), allows, denies)


def covers_action(statement: Statement, name: str) -> bool:
    """Return whether the Action or NotAction element matches an action name in lower case."""
    if statement.actions is not None:
        return any(action_glob(pattern).matches(name) for pattern in statement.actions)
    return not any(action_glob(pattern).matches(name) for pattern in statement.not_actions or ())


def _bears(live: LiveStatement, name: str, resource: str) -> bool:
    return covers_action(live.statement, name) and live.possible.matches(resource)


def _applies(live: LiveStatement, resource: str) -> Truth:
    return live.truth if live.certain.matches(resource) else Truth.DEPENDS
