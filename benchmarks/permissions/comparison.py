"""Permissions beside peers, as rows of the table of all benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.permissions.__main__ import OURS, compared, packs
from benchmarks.permissions.organisation import organisation
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def rows(rounds: int, progress: Callable[[str], None]) -> Iterator[Row]:
    """Yield a row for each peer and kind of policies; raises CalledProcessError where a side fails."""
    progress("Installing cloudsplaining ...")
    for pack, documents in packs(organisation()).items():
        progress(f"All sides judge {pack} ...")
        best = compared(documents, rounds)
        for peer, figures in best.items():
            if peer != OURS:
                ratio = figures["cpu_seconds"] / best[OURS]["cpu_seconds"]
                what = f"who may invoke models, by {len(documents):,} {pack}: processor time beside {peer}"
                yield Row(what, "1", f"{ratio:.1f}", f"{ratio:.1f}")
