"""Progress on a terminal's standard error, rule by rule; it leaves nothing behind."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.account import Calls


@contextmanager
def progress(rules: int, calls: Calls, *, colour: bool) -> Iterator[Callable[[str], None]]:
    """Show how many of `rules` are through and how many calls were sent; yield what to call for each rule."""
    console = Console(file=sys.stderr, no_color=not colour)
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("reading the account", total=rules)

        def done(rule_id: str) -> None:
            bar.update(task, advance=1, description=f"{calls.count} API calls, {rule_id} done")

        yield done
