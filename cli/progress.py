"""Progress on a terminal's standard error, rule by rule with API calls, a row for each place; none of it stays."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
from rich.table import Column
from rich.text import Text

from cli.judging import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Task as Row
    from rich.progress import TaskID

    from cli.places import Task

LONGEST_PLACE = 40


class CallsColumn(ProgressColumn):
    """How many calls were sent so far, counted again whenever the line is drawn."""

    def render(self, task: Row) -> Text:
        """Return "61 API calls"."""
        count = task.fields["calls"].count
        return Text(f"{count:,} API call{'' if count == 1 else 's'}")


class RowWatcher(Watcher):
    """Shows on a row which rules of a place are under way and how many are through."""

    def __init__(self, bar: Progress, row: TaskID) -> None:
        self._bar = bar
        self._row = row
        self._reading: list[str] = []
        self._lock = Lock()

    def started(self, rule_id: str) -> None:
        """Show the rule as being read."""
        with self._lock:
            self._reading.append(rule_id)
            self._bar.update(self._row, reading=self._reading[-1])

    def done(self, rule_id: str) -> None:
        """Count the rule, and show the newest one that is still under way."""
        with self._lock:
            self._reading.remove(rule_id)
            self._bar.update(self._row, advance=1, reading=self._reading[-1] if self._reading else f"{rule_id} done")


@contextmanager
def progress(tasks: Sequence[Task], *, colour: bool) -> Iterator[Callable[[Task], Watcher]]:
    """Show a row for each place; yield what gives the watcher of a place."""
    console = Console(file=sys.stderr, no_color=not colour)
    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, max_width=LONGEST_PLACE)),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        CallsColumn(),
        TextColumn("{task.fields[reading]}", markup=False, table_column=Column(no_wrap=True)),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        rows = {
            id(task): RowWatcher(
                bar, bar.add_task(str(task.place), total=len(task.rules), calls=task.account.calls, reading="")
            )
            for task in tasks
        }
        yield lambda task: rows[id(task)]
        bar.refresh()
