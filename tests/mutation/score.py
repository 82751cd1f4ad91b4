"""Which mutants are drawn, and what their judgements say about all mutants: shares with intervals of 95 %."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.mutation.operators import Mutant

Z = 1.96


@dataclass(frozen=True)
class Room:
    """A folder's mutants: how many there are, how many were judged, and how many of these the tests killed."""

    name: str
    mutants: int
    judged: int
    killed: int

    @property
    def share(self) -> float:
        """The share of the judged mutants that was killed; 1 where nothing was judged."""
        return self.killed / self.judged if self.judged else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share of all mutants of the room is, by Wilson; a point where all were judged."""
        if self.judged == self.mutants:
            return self.share, self.share
        if not self.judged:
            return 0.0, 1.0
        n, p = self.judged, self.share
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


def total(rooms: Sequence[Room]) -> tuple[float, float, float]:
    """
    Return the share of all mutants that the tests kill, and its interval: each room counts by its size.

    The variance of a room is that of a share with one more killed and one more alive, so that a small room without
    survivors does not count as certain; what was drawn of it makes it smaller.
    """
    every = sum(room.mutants for room in rooms)
    share = sum(room.mutants * room.share for room in rooms) / every
    variance = 0.0
    for room in rooms:
        p = (room.killed + 1) / (room.judged + 2)
        left = 1 - room.judged / room.mutants if room.mutants else 0.0
        variance += (room.mutants / every) ** 2 * p * (1 - p) / max(room.judged, 1) * left
    half = Z * math.sqrt(variance)
    return share, max(0.0, share - half), min(1.0, share + half)


def drawn(mutants: Mapping[str, Iterable[Mutant]], count: int, seed: int, least: int = 0) -> list[Mutant]:
    """
    Return about `count` of the mutants of all rooms, in a mixed order: of each room `least`, and otherwise by size.

    The same seed draws the same, and of a larger count the same and more.
    """
    rooms = {name: sorted(found, key=lambda mutant: mutant.rank(seed)) for name, found in mutants.items()}
    every = sum(map(len, rooms.values()))
    share = count / every if every else 0.0
    chosen = [mutant for found in rooms.values() for mutant in found[: max(least, round(len(found) * share))]]
    return sorted(chosen, key=lambda mutant: mutant.rank(seed))
