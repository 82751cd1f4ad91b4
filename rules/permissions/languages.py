"""Sets of texts that patterns let through, as automata that are at all positions of their patterns at once."""

from collections.abc import Iterable
from string import ascii_lowercase
from typing import Final

from rules.frozen import dataclass
from rules.permissions.patterns import Glob, Wildcard
from rules.permissions.shapes import ShapeAutomaton

SEPARATOR: Final = "\n"
"""Stands between the parts of a text that has several, such as an action and a resource."""


@dataclass(frozen=True, slots=True)
class Part:
    """The texts that one of the globs matches, or with `excluded` those that none of them matches."""

    globs: tuple[Glob, ...]
    excluded: bool = False

    def matches(self, text: str) -> bool:
        """Return whether the text is one of them."""
        return any(glob.matches(text) for glob in self.globs) is not self.excluded


Language = tuple[Part, ...]
"""A set of texts, one part for each piece between separators, as an Action and a Resource element are."""


class Automaton:
    """
    One language as a nondeterministic automaton whose state is a set of positions, kept in the bits of a number.

    Each part has a marker bit that tells that the text has reached it; 0 says that an earlier part failed.
    """

    def __init__(self, language: Language) -> None:
        self.characters: dict[str, int] = {}
        self._any_character = 0
        self._loops = 0
        self._markers: list[int] = []
        self._starts: list[int] = []
        self._accepting: list[int] = []
        self._excluded = [part.excluded for part in language]
        position = 0
        for part in language:
            marker = 1 << position
            position += 1
            start = accepting = 0
            for glob in part.globs:
                start |= 1 << position
                position = self._add(glob, position)
                accepting |= 1 << position
                position += 1
            self._markers.append(marker)
            self._starts.append(start)
            self._accepting.append(accepting)
        self._all_markers = sum(self._markers)
        # At these positions every continuation is accepted: a `*` stands last.
        self._settled = [self._loops & accepting >> 1 for accepting in self._accepting]
        self.start = self._enter(0)

    def _add(self, glob: Glob, position: int) -> int:
        for token in glob.tokens:
            if isinstance(token, str):
                for character in token:
                    self.characters[character] = self.characters.get(character, 0) | 1 << position
                    position += 1
                continue
            if token is Wildcard.ANY_TEXT:
                self._loops |= 1 << position
            else:
                self._any_character |= 1 << position
            position += 1
        return position

    def _enter(self, part: int) -> int:
        return self._markers[part] | self._closed(self._starts[part])

    def _closed(self, mask: int) -> int:
        return mask | (mask & self._loops) << 1

    def _part(self, mask: int) -> int:
        return next(index for index, marker in enumerate(self._markers) if mask & marker)

    def _holds(self, mask: int, part: int) -> bool:
        return bool(mask & self._accepting[part]) is not self._excluded[part]

    def step(self, mask: int, character: str) -> int:
        """Return the state after a further character."""
        if not mask:
            return 0
        if character == SEPARATOR:
            part = self._part(mask)
            last = part == len(self._markers) - 1
            return self._enter(part + 1) if not last and self._holds(mask, part) else 0
        moved = (mask & (self.characters.get(character, 0) | self._any_character)) << 1
        return self._closed(moved | mask & self._loops) | mask & self._all_markers

    def accepts(self, mask: int) -> bool:
        """Whether the text so far is of the language."""
        return bool(mask & self._markers[-1]) and self._holds(mask, -1)

    def never(self, mask: int) -> bool:
        """Whether no continuation is accepted."""
        if not mask:
            return True
        part = self._part(mask)
        if self._excluded[part]:
            return bool(mask & self._settled[part])
        return not mask & ~self._all_markers

    def always(self, mask: int) -> bool:
        """Whether every continuation is accepted."""
        if not mask & self._markers[-1]:
            return False
        if self._excluded[-1]:
            return not mask & ~self._all_markers
        return bool(mask & self._settled[-1])


def alphabet_of(shape: ShapeAutomaton, automata: Iterable[Automaton]) -> list[str]:
    """Return the characters that some automaton tells from others, and one for each kind of the rest."""
    told_apart = shape.literals.union(*(automaton.characters for automaton in automata))
    chosen = []
    kinds = set()
    for character in sorted(shape.characters, key=_plainness):
        kind = tuple(character in run for run in shape.runs)
        if character in told_apart:
            chosen.append(character)
        elif kind not in kinds:
            kinds.add(kind)
            chosen.append(character)
    return chosen


def _plainness(character: str) -> tuple[bool, str]:
    """Order letters first, so that the texts found read well."""
    return (character not in ascii_lowercase, character)
