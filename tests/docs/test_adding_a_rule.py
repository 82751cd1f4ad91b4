"""The guide shows real files; this holds it to them, and to its claim that two files and a row are all it takes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "adding-a-rule.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"^`((?:rules|tests)/\S+\.py)`\n\n```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
ROWS = dict(re.findall(r"^In `(rules/frameworks/\S+\.py)`:\n\n```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
GENERATED = ("conformance-pack.yaml", "docs/rules/", "docs/frameworks.md", "docs/duties.md")
GENERATED_PART = re.compile(
    r"<!-- made by ([^>]+) -->.*?<!-- end of \1 -->|<!-- rules -->.*?<!-- /rules -->", re.DOTALL
)
"""Tables of measurements, and that of the rules, in files that are written by hand otherwise."""
RECORDED = "tests/cdk/releases/"
"""What each release deployed."""
EXAMPLE = ("cli/sandbox/company/", "docs/adding-a-rule.md", "tests/docs/")
"""The demo company, which a rule does not need, and the guide itself."""


def test_the_guide_shows_a_rule_and_its_test() -> None:
    assert [path.partition("/")[0] for path in SHOWN] == ["rules", "tests"]


@pytest.mark.parametrize("path", SHOWN)
def test_the_guide_shows_the_file_as_it_is(path: str) -> None:
    assert SHOWN[path] == (ROOT / path).read_text(encoding="utf-8")


def test_the_guide_shows_the_row_as_it_is() -> None:
    ((path, shown),) = ROWS.items()
    rows = (ROOT / path).read_text(encoding="utf-8")

    assert rows.count(shown) == 1
    assert shown.startswith(f'        "{Path(next(iter(SHOWN))).stem.replace("_", "-")}": row(\n')
    assert shown.endswith("\n        ),\n")


def written_by_hand(file: str) -> str:
    """Return the text of a file without its generated parts."""
    return GENERATED_PART.sub("", (ROOT / file).read_text(encoding="utf-8", errors="ignore"))


def test_no_other_hand_written_file_knows_the_rule() -> None:
    (rule, _) = SHOWN
    module = Path(rule).stem
    names = (module, module.replace("_", "-"))
    folders = ("rules", "cli", "cdk", "tests", "docs", "requirements")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("[!.]*.*"))
    files = [path.relative_to(ROOT).as_posix() for path in paths if path.is_file() and path.suffix != ".pyc"]

    knowing = {
        name
        for name in files
        if not name.startswith((*GENERATED, RECORDED, *EXAMPLE)) and re.search("|".join(names), written_by_hand(name))
    }

    assert knowing <= {*SHOWN, *ROWS}
