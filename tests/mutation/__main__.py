"""Mutation testing of rules/: python -m tests.mutation; narrower: --under rules/guardrails; everything: --all."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.mutation.covering import Covering, Package, record
from tests.mutation.forks import Judgement
from tests.mutation.killing import Judge
from tests.mutation.operators import Mutant, mutants
from tests.mutation.results import Results
from tests.mutation.score import Room, drawn, total

ROOT = Path(__file__).parents[2]
PAGES = "tests/cli/commands/test_generate.py::test_the_repository_is_current"
RULES = Package(ROOT, "rules", "tests/rules", further=(PAGES,))
KEPT = ROOT / "build" / "mutation"


def main() -> int:
    """Judge mutants, print the survivors and the score for each room; exit 1 if it is under what is wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--under", nargs="+", default=["rules"], metavar="PATH", help="folders or modules")
    parser.add_argument("--all", action="store_true", help="every mutant; can be broken off, and goes on when repeated")
    parser.add_argument("--count", type=int, default=1500, help="how many to draw otherwise (default: %(default)s)")
    parser.add_argument("--least", type=int, default=20, help="how many of each folder at least (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what draws them (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="CPU seconds for each run (default: %(default)s)")
    parser.add_argument("--wanted", type=float, default=0.9, help="the least share killed (default: %(default)s)")
    parser.add_argument("--record", action="store_true", help="record anew which test runs which lines")
    parser.add_argument("--kept", action="store_true", help="judge nothing, print what is known")
    chosen = parser.parse_args()
    recording = KEPT / "coverage"
    if chosen.record or not recording.with_suffix(".json").is_file():
        record(RULES, recording)
    rooms: dict[str, list[Mutant]] = {}
    for path in dict.fromkeys(path for under in chosen.under for path in RULES.modules(under)):
        rooms.setdefault(RULES.room(path), []).extend(mutants(ROOT, path))
    everything = [mutant for found in rooms.values() for mutant in found]
    wanted = everything if chosen.all else drawn(rooms, chosen.count, chosen.seed, chosen.least)
    results = Results(KEPT / "results", ROOT)
    judged: dict[Mutant, Judgement] = {}
    if chosen.kept:
        judged = {mutant: found for mutant in wanted if (found := results.of(mutant))}
    else:
        judged = _judged(Covering(RULES, recording), chosen.seconds, wanted)
    counts = {name: len(found) for name, found in rooms.items()}
    sys.stdout.writelines(f"{line}\n" for line in told(counts, judged))
    return 0 if total(_rooms(counts, judged))[0] >= chosen.wanted else 1


def _judged(covering: Covering, seconds: float, wanted: Sequence[Mutant]) -> dict[Mutant, Judgement]:
    """Return the judgements of mutants, the known ones and new ones; exit if a test fails without any change."""
    results = Results(KEPT / "results", ROOT)
    judged = {mutant: found for mutant in wanted if (found := results.of(mutant))}
    judge = Judge(covering, seconds)
    killers = set()
    for mutant, judgement, files in judge.judge_all(mutant for mutant in wanted if mutant not in judged):
        results.keep(mutant, judgement, files)
        judged[mutant] = judgement
        killers.add(judgement.test)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{len(judged):,}/{len(wanted):,} ")
    wrong = judge.unchanged(sorted(killers - {"", "import"}))
    if wrong:
        raise SystemExit(f"{wrong} fails without any mutant: what it killed does not count")
    return judged


def told(counts: dict[str, int], judged: dict[Mutant, Judgement]) -> Iterator[str]:
    """Yield the survivors, a line each, then a line for each room, then the score."""
    for mutant, judgement in sorted(judged.items(), key=lambda item: (item[0].path, item[0].line, item[0].column)):
        if not judgement.killed:
            change = f"{_short(mutant.before)}  ->  {_short(mutant.after)}"
            yield f"{mutant.path}:{mutant.line}:{mutant.column}: {judgement.outcome}: {mutant.operator}: {change}"
    rooms = _rooms(counts, judged)
    yield ""
    yield f"{'ROOM':30} MUTANTS  JUDGED  KILLED  SHARE  95 %"
    for room in rooms:
        low, high = room.interval
        figures = f"{room.mutants:7,}  {room.judged:6,}  {room.killed:6,}  {room.share:5.1%}"
        yield f"{room.name:30} {figures}  {low:.1%} to {high:.1%}"
    share, low, high = total(rooms)
    stopped = sum(judgement.outcome == "stopped" for judgement in judged.values())
    yield ""
    yield f"{len(judged):,} of {sum(counts.values()):,} mutants were judged; {stopped} of the killed ran on and on."
    yield f"Killed: {share:.1%}, each room by its size; with 95 % confidence {low:.1%} to {high:.1%}."


def _rooms(counts: dict[str, int], judged: dict[Mutant, Judgement]) -> Sequence[Room]:
    found: dict[str, list[bool]] = {name: [] for name in counts}
    for mutant, judgement in judged.items():
        found[RULES.room(mutant.path)].append(judgement.killed)
    return [Room(name, count, len(found[name]), sum(found[name])) for name, count in counts.items() if count]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:60]} … {line[-27:]}"


if __name__ == "__main__":
    sys.exit(main())
