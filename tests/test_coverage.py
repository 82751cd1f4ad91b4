import json
from pathlib import Path
from typing import Any

import pytest

from tests.coverage import main, missing, share


def measured(lines: int, *without: int, branches: list[tuple[int, int]] | None = None) -> dict[str, Any]:
    """Return what SlipCover says of a file with so many lines, of which some were not run."""
    summary = {"covered_lines": lines - len(without), "missing_lines": len(without)}
    summary |= {"covered_branches": 2, "missing_branches": len(branches or [])}
    return {"missing_lines": list(without), "missing_branches": branches or [], "summary": summary}


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        pytest.param(measured(9), "", id="all was run"),
        pytest.param(measured(9, 3, 4, 5, 9), "3-5, 9", id="lines that follow each other"),
        pytest.param(measured(20, branches=[(12, 15), (18, 0)]), "12->15, 18->end", id="branches"),
        pytest.param(measured(20, 15, branches=[(12, 15), (15, 16)]), "15", id="branches of a line that is missing"),
    ],
)
def test_tells_what_no_test_has_run(file: dict[str, Any], wanted: str) -> None:
    assert missing(file) == wanted


def test_a_share_is_of_the_lines_and_branches_of_all_folders() -> None:
    files = {"rules/a.py": measured(6, 1, 2), "rules/b/c.py": measured(8), "ruleset.py": measured(90, *range(90))}

    assert share(files, ["rules"]) == pytest.approx(100 * 16 / 18)
    assert share(files, ["nowhere"]) == 0


@pytest.mark.parametrize(
    ("wanted", "status"), [("rules=88.8", 0), ("rules=88.9", 1), ("nowhere=1", 1)], ids=["enough", "less", "nothing"]
)
def test_too_little_is_a_status(tmp_path: Path, capsys: pytest.CaptureFixture[str], wanted: str, status: int) -> None:
    file = tmp_path / "coverage.json"
    file.write_text(json.dumps({"files": {"rules/a.py": measured(6, 1, 2), "rules/b.py": measured(8)}}))

    assert main([str(file), wanted]) == status

    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "rules/a.py: 1-2"
    assert len(shown) == 2
