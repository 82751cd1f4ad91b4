"""When data events of a resource type are recorded; judgements return finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.verdict import listed
from rules.facts.cloudtrail import AdvancedSelector
from rules.frozen import dataclass
from rules.permissions.document import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.facts.cloudtrail import EventDataStore, FieldSelector, Selector, Trail
    from rules.facts.data_events import DataEvents

OTHER_NAMES = {"AWS::Bedrock::PromptVersion": ("AWS::Bedrock::Prompt",)}
"""The CloudTrail guide says PromptVersion for what the Amazon Bedrock guide says Prompt for."""

CATEGORY, TYPE, READ_ONLY = "eventCategory", "resources.type", "readOnly"
BOTH = frozenset({"true", "false"})
"""The values of readOnly: calls that only read, and all others."""


@dataclass(frozen=True)
class Recorder:
    """
    A trail or an event data store.

    `idle` is why it records nothing now, as the rest of a sentence: "is stopped"; None while it records.
    """

    name: str
    selectors: tuple[Selector, ...]
    idle: str | None


@dataclass(frozen=True)
class Recording:
    """
    What is known of the data events of one resource type.

    `by` are the recorders that have all of them, or some of them where that is enough. Otherwise `partly` are those
    that have some, each with the fields that narrow it, and `idle` those that would have all if they did record.
    """

    type: str
    by: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def recordings(events: DataEvents, types: Iterable[str], *, allow_narrowed: bool) -> tuple[Recording, ...]:
    """
    Return how each of the resource types is recorded.

    Events are recorded that meet any one selector of a recorder; selectors for reading and for writing calls record
    all together, also those of different recorders. Source:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
    """
    recorders = (
        *(_trail(trail, trail.selectors) for trail in events.trails if trail.selectors is not None),
        *(_store(store) for store in events.stores),
    )
    return tuple(_recording(each, recorders, allow_narrowed=allow_narrowed) for each in types)


def unrecorded(found: Iterable[Recording]) -> Iterator[str]:
    """Yield why resource types are not recorded: those that nobody has first, those that somebody has in part last."""
    missing = [each for each in found if not each.by]
    if nowhere := [each.type for each in missing if not each.partly and not each.idle]:
        yield f"No trail or event data store records data events of {listed(nowhere, most=4)}."
    for cause in dict.fromkeys(cause for each in missing for cause in each.idle):
        yield f"{cause}; it selects {listed((each.type for each in missing if cause in each.idle), most=4)}."
    for cause in dict.fromkeys(cause for each in missing if not each.idle for cause in each.partly):
        types = (each.type for each in missing if cause in each.partly)
        yield f"{cause} of {listed(types, most=4)}; all are wanted."


def unseen(trails: Iterable[Trail]) -> tuple[str, ...]:
    """
    Return the organization's trails whose selectors CloudTrail does not show here: "organization (111122223333)".

    Those that are known to be stopped, or to fail, are left out.
    """
    return tuple(
        f"{shown(trail.name)} ({trail.arn.split(':')[4]})"
        for trail in trails
        if trail.selectors is None and trail.logging is not False and not trail.delivery_error
    )


def _trail(trail: Trail, selectors: tuple[Selector, ...]) -> Recorder:
    name = f"trail {shown(trail.name)}"
    if not trail.logging:
        return Recorder(name, selectors, "is stopped")
    if trail.delivery_error:
        return Recorder(name, selectors, f"cannot deliver to Amazon S3 ({shown(trail.delivery_error)})")
    return Recorder(name, selectors, None)


def _store(store: EventDataStore) -> Recorder:
    idle = None if store.ingesting else f"takes no events in ({shown(store.status)})"
    return Recorder(f"event data store {shown(store.name)}", store.selectors, idle)


def _recording(wanted: str, recorders: Iterable[Recorder], *, allow_narrowed: bool) -> Recording:
    whole, partly, idle = [], [], []
    halves: dict[str, str] = {}
    for recorder in recorders:
        chosen = [each for each in (_narrowing(one, wanted) for one in recorder.selectors) if each is not None]
        if not chosen:
            continue
        if recorder.idle:
            idle.append(f"{_capitalized(recorder.name)} {recorder.idle}")
        elif allow_narrowed or () in chosen:
            whole.append(recorder.name)
        else:
            halves |= {half: recorder.name for each in chosen if (half := _half(each))}
            fields = dict.fromkeys(condition.field for each in chosen for condition in each)
            partly.append(f"{_capitalized(recorder.name)} records only some data events ({listed(fields)})")
    if not whole and halves.keys() == BOTH:
        whole = list(dict.fromkeys(halves.values()))
    return Recording(wanted, tuple(whole), tuple(partly), tuple(idle))


def _narrowing(selector: Selector, wanted: str) -> tuple[FieldSelector, ...] | None:
    """Return the conditions of a selector besides the type's own; None for one that does not select the type."""
    if not isinstance(selector, AdvancedSelector):
        # Basic selectors know the resource types of Amazon S3, AWS Lambda and Amazon DynamoDB only.
        return None
    own = {CATEGORY: {"Data"}, TYPE: {wanted, *OTHER_NAMES.get(wanted, ())}}
    choosing = [condition for condition in selector.fields if condition.field in own]
    if {condition.field for condition in choosing} != own.keys() or any(
        own[condition.field].isdisjoint(_equals(condition)) for condition in choosing
    ):
        return None
    return tuple(each for each in selector.fields if each.field not in own and not _is_for_both(each))


def _is_for_both(condition: FieldSelector) -> bool:
    return condition.field == READ_ONLY and _equals(condition) == BOTH


def _half(narrowing: tuple[FieldSelector, ...]) -> str | None:
    """Return the value of readOnly where that is all that narrows a selector."""
    if len(narrowing) != 1 or narrowing[0].field != READ_ONLY:
        return None
    values = _equals(narrowing[0])
    return next(iter(values)) if len(values) == 1 else None


def _equals(condition: FieldSelector) -> frozenset[str]:
    """Return the values that a condition asks for, none where it asks in any other way."""
    if [name for name, _ in condition.operators] != ["Equals"]:
        return frozenset()
    return frozenset(condition.operators[0][1])


def _capitalized(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"
