"""The matrix on several processes: each has an embedded account of its own."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from tests.faults.matrix import MIXED, Cell, Part, Theatre, theatre
from tests.faults.privilege import Removal

_KEPT = ExitStack()
_OPEN: list[Theatre] = []


@dataclass(frozen=True)
class Order:
    """What to do with each part: runs under `faults` (none: all), a `sample` only, and runs without an action each."""

    faults: tuple[str, ...] = ()
    sample: bool = False
    cells: bool = True
    removals: bool = True


@dataclass(frozen=True)
class Played:
    """What came of one part."""

    cells: tuple[Cell, ...]
    removals: tuple[Removal, ...]


def played(wanted: Sequence[Part], order: Order, workers: int) -> Iterator[Played]:
    """Yield what came of each part as it is done, on that many processes."""
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(partial(play, order=order), wanted)


def play(part: Part, *, order: Order) -> Played:
    """Return what came of a part, in this process."""
    if not _OPEN:
        _OPEN.append(_KEPT.enter_context(theatre()))
    company = _OPEN[0]
    cells = tuple(company.cells(part, order.faults, sample=order.sample)) if order.cells else ()
    without = part.company == MIXED and order.removals
    removed = tuple(company.removals(part, once=order.sample)) if without else ()
    return Played(cells, removed)
