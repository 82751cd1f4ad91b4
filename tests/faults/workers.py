"""The matrix on several processes: each has an embedded account of its own."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context

from tests.faults.matrix import Cell, Part, Theatre, theatre

_KEPT = ExitStack()
_OPEN: list[Theatre] = []


def played(wanted: Sequence[Part], faults: Sequence[str], workers: int, *, sample: bool) -> Iterator[list[Cell]]:
    """Yield the cells of each part as it is done, on that many processes."""
    play = partial(_play, faults=tuple(faults), sample=sample)
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(play, wanted)


def _play(part: Part, *, faults: tuple[str, ...], sample: bool) -> list[Cell]:
    if not _OPEN:
        _OPEN.append(_KEPT.enter_context(theatre()))
    return list(_OPEN[0].cells(part, faults, sample=sample))
