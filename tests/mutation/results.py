"""What became of mutants, kept in a JSON file for each module, so that a run can be broken off and goes on."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.mutation.covering import hash_of
from tests.mutation.forks import Judgement
from tests.mutation.operators import Mutant


@dataclass(frozen=True)
class Results:
    """
    A folder of judgements, and the root that paths are relative to.

    A judgement counts as long as the module is the same, and so are the test files that led to it: the one that
    killed the mutant, or all that let it live.
    """

    folder: Path
    root: Path

    def of(self, mutant: Mutant) -> Judgement | None:
        """Return the judgement of a mutant, None if there is none that still counts."""
        kept = self._read(mutant.path).get(mutant.key)
        if kept is None or kept["module"] != hash_of(self.root / mutant.path) or kept["tests"] != self._hash(kept):
            return None
        return Judgement(kept["outcome"], kept["test"], kept["seconds"], kept["ran"])

    def keep(self, mutant: Mutant, judgement: Judgement, files: Sequence[str]) -> None:
        """Write a judgement down; `files` are the test files that the mutant met."""
        judgements = self._read(mutant.path)
        by = judgement.test.partition("::")[0]
        kept = {
            **asdict(judgement),
            "module": hash_of(self.root / mutant.path),
            "files": [by] if by in files else files,
        }
        judgements[mutant.key] = {**kept, "tests": self._hash(kept)}
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file(mutant.path).write_text(json.dumps(judgements, indent=0), encoding="utf-8")

    def _hash(self, kept: dict[str, Any]) -> str:
        return hash_of(*(self.root / file for file in kept["files"]))

    def _file(self, path: str) -> Path:
        return self.folder / f"{path.replace('/', '.')}.json"

    def _read(self, path: str) -> dict[str, dict[str, Any]]:
        file = self._file(path)
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
