"""Shapes: the texts that a question can be about, such as the ARNs of one type of resource."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rules.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Characters:
    """A run of at least `least` and at most `most` (None: any number) of the given characters."""

    characters: frozenset[str]
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Maybe:
    """Pieces that are there or not."""

    pieces: "Shape"


Shape = tuple[str | Characters | Maybe, ...]
"""Literal pieces, runs of characters and pieces that may be missing, one after the other."""


@lru_cache(1_024)
def shape_pattern(shape: Shape) -> re.Pattern[str]:
    """Return a regular expression for the texts of a shape."""
    return re.compile("".join(map(_source, shape)))


def _source(piece: str | Characters | Maybe) -> str:
    if isinstance(piece, str):
        return re.escape(piece)
    if isinstance(piece, Maybe):
        return f"(?:{''.join(map(_source, piece.pieces))})?"
    characters = "".join(map(re.escape, sorted(piece.characters)))
    return f"[{characters}]{{{piece.least},{'' if piece.most is None else piece.most}}}"


class ShapeAutomaton:
    """
    The automaton of a shape, whose state is a set of positions, kept in the bits of a number.

    0 says that the text has left the shape. `runs` and `literals` are what tells its characters apart.
    """

    def __init__(self, shape: Shape) -> None:
        self.runs: list[frozenset[str]] = []
        self.literals: set[str] = set()
        self._steps: dict[str, int] = {}
        self._stays: dict[str, int] = {}
        self._jumps: list[tuple[int, int]] = []
        self.accepting = 1 << self._add(shape, 0)
        # Jumps lead forward, so one round in the order of their starts finds all of them.
        self._jumps.sort()
        self.start = self._closed(1)

    def _add(self, shape: Shape, position: int) -> int:
        """Add the pieces from a position on, and return the position after them."""
        for piece in shape:
            if isinstance(piece, str):
                self.literals.update(piece)
                for character in piece:
                    position = self._advance(character, position)
            elif isinstance(piece, Maybe):
                start = position
                position = self._add(piece.pieces, position)
                self._jumps.append((1 << start, 1 << position))
            else:
                position = self._add_run(piece, position)
        return position

    def _add_run(self, run: Characters, position: int) -> int:
        self.runs.append(run.characters)
        for _ in range(run.least):
            position = self._advance(run.characters, position)
        for _ in range((run.most or 0) - run.least):
            self._jumps.append((1 << position, 1 << position + 1))
            position = self._advance(run.characters, position)
        if run.most is None:
            self._jumps.append((1 << position, 1 << position + 1))
            self._mark(self._stays, run.characters, position)
            position += 1
        return position

    def _advance(self, characters: Iterable[str], position: int) -> int:
        self._mark(self._steps, characters, position)
        return position + 1

    @staticmethod
    def _mark(table: dict[str, int], characters: Iterable[str], position: int) -> None:
        for character in characters:
            table[character] = table.get(character, 0) | 1 << position

    @property
    def characters(self) -> set[str]:
        """Every character that a text of the shape can have."""
        return set(self._steps) | set(self._stays)

    def _closed(self, mask: int) -> int:
        for start, end in self._jumps:
            if mask & start:
                mask |= end
        return mask

    def step(self, mask: int, character: str) -> int:
        """Return the state after one more character."""
        moved = (mask & self._steps.get(character, 0)) << 1 | mask & self._stays.get(character, 0)
        return self._closed(moved) if moved else 0
