"""One question about a principal: what these statements let these actions reach, and what they name."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from rules.frozen import dataclass
from rules.permissions.conditions import Over, Truth, parse_operator
from rules.permissions.document import Condition
from rules.permissions.domains import ArnForm, Domain
from rules.permissions.languages import Part
from rules.permissions.layers import LiveStatement
from rules.permissions.patterns import Glob, text_extent, wildcards
from rules.permissions.reach import Reach, reaches
from rules.permissions.refusals import UndecidedError
from rules.permissions.searches import Patience, find_text


@dataclass(frozen=True, slots=True)
class Entry:
    """One Resource entry of a statement; a NotResource element that excludes is one entry as a whole."""

    live: LiveStatement
    written: str
    glob: Glob
    part: Part


@dataclass(frozen=True, slots=True)
class Found:
    """
    A resource of a form that an entry effectively lets through; `named` is its name where one is spelled out.

    Where it took too long to find one, `resource` is the entry: it is then taken to let something through.
    """

    entry: Entry
    form: ArnForm
    resource: str
    named: str | None


@dataclass(frozen=True, eq=False)
class Question:
    """
    The statements that speak of some actions, to be asked what they let through.

    `limits` are the layers that must allow too, `denies` the denials that hold for every request.
    """

    domain: Domain
    partition: str
    account_id: str
    forms: tuple[ArnForm, ...]
    identity: Sequence[LiveStatement]
    limits: Sequence[Sequence[LiveStatement]]
    denies: Sequence[LiveStatement]

    def unnamed(self, *, allow_region_wildcard: bool) -> Iterator[Found]:
        """Return, for each entry that lets through what nothing names, the first such resource."""
        for entry in chain.from_iterable(map(entries, self.identity)):
            if pinned(entry.live, self.domain):
                continue
            for reach in self._reaches(entry.glob):
                resource = None
                if reach.named is None:
                    resource = self._outside(entry, reach, in_region=False)
                elif not allow_region_wildcard and not reach.in_region:
                    resource = self._outside(entry, reach, in_region=True)
                if resource is not None:
                    yield Found(entry, reach.form, resource, None)
                    break

    def named(self) -> Iterator[Found]:
        """Return the named resources within reach, each with the first entry that names it."""
        seen: set[tuple[ArnForm, str]] = set()
        for entry in self._naming:
            for reach in self._reaches(entry.glob):
                if reach.named is None or (reach.form, reach.named) in seen:
                    continue
                resource = self._search(entry, reach, (self._parts(self.identity), *self._limits))
                if resource is not None:
                    seen.add((reach.form, reach.named))
                    yield Found(entry, reach.form, resource, reach.named)

    def effective(self) -> Iterator[Found]:
        """Return, for each statement of `identity` that lets something through, an example."""
        for live in self.identity:
            found = (
                Found(entry, reach.form, resource, reach.named)
                for entry in entries(live)
                for reach in self._reaches(entry.glob)
                if (resource := self._search(entry, reach, self._limits)) is not None
            )
            first = next(found, None)
            if first is not None:
                yield first

    def _reaches(self, glob: Glob) -> Iterator[Reach]:
        found = reaches(glob, self.domain, self.partition, self.account_id)
        return (reach for reach in found if reach.form in self.forms)

    def _outside(self, entry: Entry, reach: Reach, *, in_region: bool) -> str | None:
        known = self._names(reach.form, in_region=in_region)
        if known.confined:
            return None
        return self._search(entry, reach, self._limits, known.globs)

    def _search(
        self, entry: Entry, reach: Reach, layers: tuple[tuple[Part, ...], ...], named: tuple[Glob, ...] = ()
    ) -> str | None:
        """Return a resource that an entry lets through; the entry itself where it takes too long to find out."""
        part = entry.part
        forbidden = (*self._denied, Part(named)) if named else self._denied
        for example in chain(reach.examples, self._examples[reach.form]):
            if (
                part.matches(example)
                and all(any(each.matches(example) for each in layer) for layer in layers)
                and not any(each.matches(example) for each in forbidden)
            ):
                return example
        if self._finite[reach.form] or (not part.excluded and all(glob.literal is not None for glob in part.globs)):
            return None
        required = ((part,), *layers)
        try:
            return find_text(
                reach.form.shape(self.partition),
                tuple(tuple((each,) for each in layer) for layer in required),
                tuple((each,) for each in forbidden),
                self._patience,
            )
        except UndecidedError:
            return entry.written

    @cached_property
    def _patience(self) -> Patience:
        return Patience()

    @staticmethod
    def _parts(layer: Sequence[LiveStatement]) -> tuple[Part, ...]:
        return tuple(live.possible for live in layer)

    @cached_property
    def _limits(self) -> tuple[tuple[Part, ...], ...]:
        return tuple(map(self._parts, self.limits))

    @cached_property
    def _denied(self) -> tuple[Part, ...]:
        return tuple(live.certain for live in self.denies)

    @cached_property
    def _naming(self) -> list[Entry]:
        """The entries that can name what is allowed: of every layer, and what denials leave out."""
        allowing = chain(self.identity, *self.limits)
        entries_of_allows = (entry for live in allowing if not live.possible.excluded for entry in entries(live))
        return [*entries_of_allows, *chain.from_iterable(map(_spared, self.denies))]

    @cached_property
    def _examples(self) -> dict[ArnForm, list[str]]:
        """Resources that the limits speak of, to be tried before a search."""
        globs = [glob for live in chain.from_iterable(self.limits) for glob in live.possible.globs]
        globs += [glob for live in self.denies if live.certain.excluded for glob in live.certain.globs]
        found: dict[ArnForm, list[str]] = {form: [] for form in self.forms}
        for reach in chain.from_iterable(map(self._reaches, globs)):
            found[reach.form].extend(reach.examples)
        return found

    @cached_property
    def _finite(self) -> dict[ArnForm, bool]:
        """Whether some layer lets through only what it spells out, so that the examples are all there is."""
        open_forms: list[set[ArnForm]] = [
            {reach.form for part in map(self._open, layer) for glob in part for reach in self._reaches(glob)}
            for layer in self.limits
        ]
        open_forms += [
            {reach.form for glob in live.certain.globs if glob.literal is None for reach in self._reaches(glob)}
            for live in self.denies
            if live.certain.excluded
        ]
        return {form: any(form not in forms for forms in open_forms) for form in self.forms}

    @staticmethod
    def _open(live: LiveStatement) -> Iterable[Glob]:
        if live.possible.excluded:
            return (_EVERYTHING,)
        return (glob for glob in live.possible.globs if glob.literal is None)

    @cached_property
    def _known(self) -> "dict[tuple[ArnForm, bool], _Names]":
        return {}

    def _names(self, form: ArnForm, *, in_region: bool) -> "_Names":
        known = self._known.get((form, in_region))
        if known is None:
            known = self._known[form, in_region] = self._names_of(form, in_region=in_region)
        return known

    def _names_of(self, form: ArnForm, *, in_region: bool) -> "_Names":
        def names(glob: Glob) -> bool | None:
            found = next((reach for reach in self._reaches(glob) if reach.form is form), None)
            return None if found is None else (found.in_region if in_region else found.named is not None)

        def names_at_most(globs: Iterable[Glob]) -> bool:
            return all(names(glob) is not False for glob in globs)

        def confines(live: LiveStatement) -> bool:
            return pinned(live, self.domain) or (not live.possible.excluded and names_at_most(live.possible.globs))

        confined = any(all(map(confines, layer)) for layer in self.limits) or any(
            live.certain.excluded and names_at_most(live.certain.globs) for live in self.denies
        )
        return _Names(tuple(entry.glob for entry in self._naming if names(entry.glob)), confined)


@dataclass(frozen=True, slots=True)
class _Names:
    """The globs that name a resource of a form; `confined` when some layer lets nothing else of it through."""

    globs: tuple[Glob, ...]
    confined: bool


_EVERYTHING = wildcards("*")


def entries(live: LiveStatement) -> Iterator[Entry]:
    """Return the entries of a statement's Resource or NotResource element."""
    if live.possible.excluded:
        yield Entry(live, "NotResource", _EVERYTHING, live.possible)
        return
    for written, glob in zip(live.written, live.possible.globs, strict=True):
        yield Entry(live, written, glob, Part((glob,)))


def _spared(deny: LiveStatement) -> Iterator[Entry]:
    if deny.certain.excluded:
        for written, glob in zip(deny.statement.not_resources or (), deny.certain.globs, strict=True):
            yield Entry(deny, written, glob, Part((glob,)))


def pinned(live: LiveStatement, domain: Domain) -> bool:
    """Return whether a condition of the statement settles the resource, by a key that every request must carry."""
    return live.truth is Truth.DEPENDS and any(
        _pins(condition, domain.pins.get(condition.key.lower(), ()), live) for condition in live.statement.conditions
    )


_PINNING = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_EXACT = frozenset({"stringequals", "stringequalsignorecase"})


def _pins(condition: Condition, types: tuple[str, ...], live: LiveStatement) -> bool:
    operator = parse_operator(condition.operator)
    if not types or operator.base not in _PINNING or operator.if_exists or operator.over is Over.ALL_VALUES:
        return False
    wildcard = operator.base not in _EXACT
    return bool(condition.values) and all(
        _names_one(value, types, live, wildcard=wildcard) for value in condition.values
    )


def _names_one(value: str, types: tuple[str, ...], live: LiveStatement, *, wildcard: bool) -> bool:
    extent = text_extent(value, live.policy.document.version, wildcard=wildcard)
    if extent.certain is None:
        return False
    if "" in types:
        return extent.certain.literal is not None
    return any(f":{kind}/" in extent.certain.literal_tail for kind in types)
