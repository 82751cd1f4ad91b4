"""
The same answers in another order.

AWS documents no order for what it lists unless the call asks for one, and none for the members of maps. So every list
and every map of an answer is shuffled, wherever the service model has one, save these:

- a listing that the call wants sorted keeps that order, and only what is equal by it is shuffled;
- what is inside of a text, such as the statements of a policy, is as its author wrote it.

The containers of a model do run in their order; no rule is about that.
"""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING, Any

from tests.properties.recorded import is_naming, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.properties.recorded import Answer, Question, Recording

SCIONS = 3
"""Items that a list is grafted with at most."""

ALONE: Mapping[str, str] = {
    "policyDocumentVersionListType": "One version of a policy is the default.",
    "ServerSideEncryptionRules": "A bucket has one rule.",
}
"""Names of list shapes that are not grafted, because AWS never has two such items, with what it has."""


class Shuffled:
    """Every answer with its lists and maps in an order that `seed` gives; listings come in one page."""

    def __init__(self, seed: int, scions: Scions | None = None) -> None:
        self._seed = seed
        self._scions = scions

    def sent(self, question: Question, asked: Mapping[str, Any], answer: Answer) -> Mapping[str, Any]:
        """Return the answer in its order."""
        content = answer.content if self._scions is None else self._scions.grafted(question, answer)
        random = Random(f"{self._seed} {question}")  # noqa: S311 - nothing secret

        def shuffle(_: tuple[str, ...], __: Any, items: list[Any]) -> list[Any]:
            return random.sample(items, len(items))

        shuffled: dict[str, Any] = walked(answer.shape, content, shuffle)
        for name in answer.paging.results if answer.paging else ():
            if name in shuffled:
                shuffled[name] = _as_wanted(shuffled[name], content[name], asked)
        return shuffled


class Stock:
    """Every item of every list on record, by the service and the name of the list's shape."""

    def __init__(self, recording: Recording) -> None:
        self.items: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
        for question, answer in sorted(recording.answers.items(), key=itemgetter(0)):
            if answer.error is None:
                walked(answer.shape, answer.content, self._keeping(question.service))

    def _keeping(self, service: str) -> Callable[[tuple[str, ...], Any, list[Any]], list[Any]]:
        def keep(_: tuple[str, ...], shape: Any, items: list[Any]) -> list[Any]:
            known = self.items[service, shape.name]
            known.extend(item for item in items if item not in known)
            return items

        return keep


class Scions:
    """
    Items of a stock that are grafted onto lists of their kind.

    A company has few things with three subnets, five targets and two containers each. Orders can only differ where
    there is more than one item, so lists inside of what is listed get items of their like. What the account then is
    makes no sense; that two orders of it are judged alike has to hold all the same.
    """

    def __init__(self, stock: Stock, seed: int) -> None:
        self._stock = stock
        self._seed = seed
        self._grafted: dict[Question, dict[str, Any]] = {}

    def grafted(self, question: Question, answer: Answer) -> dict[str, Any]:
        """Return the content with its inner lists grafted, the same for the same question."""
        if question not in self._grafted:
            self._grafted[question] = self._graft(question, answer)
        return self._grafted[question]

    def _graft(self, question: Question, answer: Answer) -> dict[str, Any]:
        random = Random(f"{self._seed} {question}")  # noqa: S311 - nothing secret

        def graft(path: tuple[str, ...], shape: Any, items: list[Any]) -> list[Any]:
            if len(path) == 1 or shape.name in ALONE:
                return items
            found = self._stock.items[question.service, shape.name]
            grafted = list(items)
            for one in random.sample(found, len(found)):
                if len(grafted) < len(items) + SCIONS and not any(_is_like(one, other) for other in grafted):
                    grafted.append(one)
            return grafted

        grafted: dict[str, Any] = walked(answer.shape, answer.content, graft)
        return grafted


def walked(
    shape: Any,
    value: Any,
    change: Callable[[tuple[str, ...], Any, list[Any]], list[Any]],
    path: tuple[str, ...] = (),
) -> Any:
    """
    Return a copy of an answer in which `change` was made to each of its lists and to the members of its maps.

    `change` is given the names that lead there, botocore's shape, and the items, or the pairs of a map.
    """
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: walked(shape.members.get(name), member, change, (*path, name)) for name, member in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return change(path, shape, [walked(shape.member, item, change, (*path, "[]")) for item in value])
    if shape.type_name == "map" and isinstance(value, dict):
        pairs = [(name, walked(shape.value, member, change, (*path, "{}"))) for name, member in value.items()]
        return dict(change(path, shape, pairs))
    return value


def _is_like(one: object, other: object) -> bool:
    """Say whether two items have a name in common, so that AWS would not have them in one list."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one == other
    names = [name for name in one if name in other and (is_naming(name) or name.lower().endswith("type"))]
    return one == other or any(one[name] == other[name] for name in names)


def _as_wanted(shuffled: list[Any], items: list[Any], asked: Mapping[str, Any]) -> list[Any]:
    """Return a listing in the order that the call asks for, with what is equal by it as it was shuffled."""
    if not shuffled or not any(_plain(name).startswith(("sort", "order")) for name in asked):
        return shuffled
    wanted = {_plain(text) for text in texts(asked)}
    by = next((name for name in items[0] if _plain(name) in wanted), None)
    if by is None:
        return items
    return sorted(shuffled, key=itemgetter(by), reverse="descending" in wanted)


def _plain(name: str) -> str:
    """Return the name as all spellings of it agree: CreationTime and CREATION_TIME are one."""
    return name.replace("_", "").lower()
