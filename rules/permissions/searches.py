"""Exact reasoning over patterns: a text that these let through and those do not, or that there is none."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache

from rules.permissions.languages import SEPARATOR, Automaton, Language, Part, alphabet_of
from rules.permissions.refusals import UndecidedError
from rules.permissions.shapes import Shape, ShapeAutomaton, shape_pattern


class Patience:
    """
    How many steps the searches of one evaluation may take together; each search has its own limit, too.

    A search counts in full even if another evaluation made it before, so that the outcome does not depend on the
    order of evaluations; one that this evaluation made before counts nothing. `times` is for evaluations that ask
    much: a bucket policy may name a thousand principals.
    """

    def __init__(self, times: int = 1) -> None:
        self._steps = most_steps_together * times
        self._made: set[Hashable] = set()

    def spend(self, steps: int, search: Hashable) -> None:
        """Take note of a search and its steps."""
        if search not in self._made:
            self._made.add(search)
            self._steps -= steps

    def endure(self, steps: int) -> None:
        """Take note of steps that are no search; raises UndecidedError when there were too many."""
        self._steps -= steps
        if self.over:
            raise UndecidedError

    @property
    def over(self) -> bool:
        """Whether no search may begin any more."""
        return self._steps <= 0


def find_text(
    shape: Shape,
    required: tuple[tuple[Language, ...], ...],
    forbidden: tuple[Language, ...] = (),
    patience: Patience | None = None,
) -> str | None:
    """
    Return a text of the shape that is in some language of each `required` group and in none `forbidden`.

    None says that there is no such text. The search runs the patterns side by side as automata over the
    characters that tell them apart, so the answer is exact for every combination of `*`, `?` and exclusion; a
    shortest text is found where that takes few steps. Raises UndecidedError after too many, or when those before
    it have used up the `patience`.
    """
    if patience is not None and patience.over:
        raise UndecidedError
    found, steps = _found_text(shape, required, forbidden)
    if patience is not None:
        patience.spend(steps, (shape, required, forbidden))
    if isinstance(found, _GivenUp):
        raise UndecidedError
    return found


def may_meet(
    shape: Shape,
    required: tuple[tuple[Language, ...], ...],
    forbidden: tuple[Language, ...] = (),
    patience: Patience | None = None,
) -> bool:
    """Return whether find_text finds a text, or gives up; a question about one language is always answered."""
    if not forbidden and len(required) == 1 and len(required[0]) == 1 and len(required[0][0]) == 1:
        (((part,),),) = required
        if not part.excluded:
            return _meets(shape, part)
    if any(all(_is_within(language, forbidden) for language in group) for group in required):
        return False
    if _is_plain(shape, required, forbidden):
        return True
    try:
        return find_text(shape, required, forbidden, patience) is not None
    except UndecidedError:
        return True


def covers(shape: Shape, wider: Sequence[Language], narrower: Language) -> bool:
    """Return whether every text of the shape that is in `narrower` is, as can be shown, also in one of `wider`."""
    return not may_meet(shape, ((narrower,),), tuple(wider))


def _is_within(language: Language, wider: tuple[Language, ...]) -> bool:
    """Say whether one of the wider languages spells out every pattern of a language, as denials of plain HTTP do."""
    return any(
        len(language) == len(other)
        and all(
            not (part.excluded or around.excluded) and set(part.globs) <= set(around.globs)
            for part, around in zip(language, other, strict=True)
        )
        for other in wider
    )


def _is_plain(shape: Shape, required: tuple[tuple[Language, ...], ...], forbidden: tuple[Language, ...]) -> bool:
    """Say whether a text that a required language spells out is one that is looked for: for most policies, one is."""
    fits = shape_pattern(shape).fullmatch
    return any(
        fits(text)
        and all(any(_has(language, text) for language in group) for group in required)
        and not any(_has(language, text) for language in forbidden)
        for group in required
        for language in group[:PLAIN]
        for text in _spelled_out(language)
    )


def _spelled_out(language: Language) -> Iterator[str]:
    """Yield a few texts of a language, none for one that excludes: patterns with a letter for each wildcard."""
    if not any(part.excluded for part in language):
        for globs in zip(*(part.globs[:PLAIN] for part in language), strict=False):
            yield SEPARATOR.join(glob.filled("a", "a") for glob in globs)


def _has(language: Language, text: str) -> bool:
    pieces = text.split(SEPARATOR)
    return len(pieces) == len(language) and all(
        part.matches(piece) for part, piece in zip(language, pieces, strict=True)
    )


@lru_cache(16_384)
def _meets(shape: Shape, part: Part) -> bool:
    """
    Return whether some text of the shape is one of the part.

    Without exclusions every position of one automaton goes with every position of the other, whatever else they are
    in: that takes time in the product of their lengths, where joint states of sets could be too many. Even so the
    answer is True after too many steps.
    """
    first, second = ShapeAutomaton(shape), Automaton((part,))
    alphabet = alphabet_of(first, (second,))
    reached: dict[int, int] = {}
    waiting: dict[int, int] = {}

    def arrive(positions: int, mask: int) -> None:
        while positions:
            position = positions & -positions
            positions ^= position
            new = mask & ~reached.get(position, 0)
            if new:
                reached[position] = reached.get(position, 0) | new
                waiting[position] = waiting.get(position, 0) | new

    arrive(first.start, second.start)
    steps = 0
    while waiting:
        steps += len(alphabet)
        if steps > most_steps:
            return True
        position, mask = waiting.popitem()
        for character in alphabet:
            following = first.step(position, character)
            if following:
                # The marker says that the text has reached the part: every text has.
                arrive(following, second.step(mask | 1, character))
    return any(second.accepts(mask | 1) for position, mask in reached.items() if position & first.accepting)


PLAIN = 4
"""Of how many languages, and of how many patterns of each, a text is tried before a search begins."""


class _GivenUp:
    """The outcome of a search that took too long; kept, so that nobody repeats it."""


most_steps: int = 200_000
"""Steps of automata to take before giving up, some tenths of a second: policies that people write take hundreds."""
most_steps_together: int = 3_000_000
"""Steps that the searches of one evaluation may take: whoever may write policies could ask thousands of hard ones."""


@lru_cache(4_096)
def _found_text(
    shape: Shape, required: tuple[tuple[Language, ...], ...], forbidden: tuple[Language, ...]
) -> tuple[str | _GivenUp | None, int]:
    """Return the text, None for no text, and the steps that it took to find out."""
    search = _Search(shape, required, forbidden)
    # In breadth a shortest text is found; in depth one is found soon if there are many.
    in_breadth, steps = _searched(search, deque.popleft)
    if not isinstance(in_breadth, _GivenUp):
        return in_breadth, steps
    in_depth, more = _searched(search, deque.pop)
    return in_depth, steps + more


def _searched(search: "_Search", take: "Callable[[deque[_State]], _State]") -> tuple[str | _GivenUp | None, int]:
    first = search.start()
    if search.hopeless(first):
        return None, 1
    came_from: dict[_State, tuple[_State, str] | None] = {first: None}
    waiting = deque([first])
    steps = 0
    while waiting:
        state = take(waiting)
        if search.accepts(state):
            return _spelled(state, came_from), steps
        steps += len(search.alphabet) * len(state)
        if steps > most_steps:
            return _GivenUp(), steps
        for character in search.alphabet:
            following = search.step(state, character)
            if following is not None and following not in came_from and not search.hopeless(following):
                came_from[following] = (state, character)
                waiting.append(following)
    return None, steps


_State = tuple[int, ...]


def _spelled(state: _State, came_from: dict[_State, tuple[_State, str] | None]) -> str:
    characters = []
    step = came_from[state]
    while step is not None:
        previous, character = step
        characters.append(character)
        step = came_from[previous]
    return "".join(reversed(characters))


class _Search:
    """The automata of one question and their joint states: the shape's first, then one for each language."""

    def __init__(
        self, shape: Shape, required: tuple[tuple[Language, ...], ...], forbidden: tuple[Language, ...]
    ) -> None:
        self._shape = ShapeAutomaton(shape)
        self._automata: list[Automaton] = []
        self._required: list[range] = []
        for group in required:
            self._required.append(self._add(group))
        self._forbidden = self._add(forbidden)
        self.alphabet = alphabet_of(self._shape, self._automata)

    def _add(self, group: Iterable[Language]) -> range:
        before = len(self._automata)
        self._automata.extend(Automaton(language) for language in group)
        return range(before + 1, len(self._automata) + 1)

    def start(self) -> _State:
        return (self._shape.start, *(automaton.start for automaton in self._automata))

    def step(self, state: _State, character: str) -> _State | None:
        shape = self._shape.step(state[0], character)
        if not shape:
            return None
        return (
            shape,
            *(automaton.step(mask, character) for automaton, mask in zip(self._automata, state[1:], strict=True)),
        )

    def accepts(self, state: _State) -> bool:
        return (
            bool(state[0] & self._shape.accepting)
            and all(any(self._accepts(state, index) for index in group) for group in self._required)
            and not any(self._accepts(state, index) for index in self._forbidden)
        )

    def _accepts(self, state: _State, index: int) -> bool:
        return self._automata[index - 1].accepts(state[index])

    def hopeless(self, state: _State) -> bool:
        """Whether no continuation can be accepted any more."""
        automata = self._automata
        return any(all(automata[index - 1].never(state[index]) for index in group) for group in self._required) or any(
            automata[index - 1].always(state[index]) for index in self._forbidden
        )
