"""The figures of docs/secret-detection.md are those of the labelled set, and no worse."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rules.criteria.credentials.detection import credentials_in_variable
from tests.rules.criteria.credentials.labelled import PARTS, labelled
from tests.rules.criteria.credentials.measure import Figures, figures, main, ours
from tests.rules.criteria.credentials.peers import detect_secrets, gitleaks

DOCUMENT = Path(__file__).parents[4] / "docs" / "secret-detection.md"
ROW = re.compile(r"^\| (\w+) \| (\d+) \| (\d+) \| ours \| ([\d.]+) % \| ([\d.]+) % \|$", re.MULTILINE)
DOCUMENTED = {row[0]: row[1:] for row in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("part", PARTS)
def test_precision_and_recall_are_as_documented(part: str) -> None:
    variables = labelled(part)
    measured = figures(ours, variables)

    number, secret, precision, recall = DOCUMENTED[part]
    assert (len(variables), sum(each.secret for each in variables)) == (int(number), int(secret))
    assert f"{measured.precision:.1%}" == f"{precision}%"
    assert f"{measured.recall:.1%}" == f"{recall}%"
    assert measured.precision >= 0.99
    assert measured.recall >= 0.93


def test_the_set_is_large_and_has_both_sorts() -> None:
    variables = [each for part in PARTS for each in labelled(part)]
    kinds = Counter((each.secret, each.kind) for each in variables)

    assert len(variables) >= 250
    assert sum(each.secret for each in variables) >= 100 <= sum(not each.secret for each in variables)
    assert min(kinds.values()) >= 3
    assert len({(each.name, each.value) for each in variables}) == len(variables)


@pytest.mark.parametrize("part", PARTS)
def test_no_value_is_stored_as_it_is(part: str) -> None:
    text = Path(__file__).with_name(f"{part}.jsonl").read_text(encoding="utf-8")

    assert not [each.name for each in labelled(part) if each.secret and len(each.value) > 11 and each.value in text]


@pytest.mark.parametrize("part", PARTS)
def test_what_is_said_of_a_value_never_shows_it(part: str) -> None:
    # Shorter ones are words that the sentences have, too: "password".
    for each in (one for one in labelled(part) if one.secret and len(one.value) > len("password")):
        said = " ".join(credentials_in_variable(each.name, each.value))
        assert each.value not in said
        assert each.value not in repr(each)


@pytest.mark.parametrize(
    ("counted", "precision", "recall"),
    [(Figures(3, 1, 0), 1.0, 0.75), (Figures(3, 0, 1), 0.75, 1.0), (Figures(0, 0, 0), 1.0, 1.0)],
    ids=["missed one", "one wrong", "nothing"],
)
def test_counts_as_everybody_does(counted: Figures, precision: float, recall: float) -> None:
    assert (counted.precision, counted.recall) == (precision, recall)


def test_prints_both_parts(capsys: pytest.CaptureFixture[str]) -> None:
    main([])

    printed = capsys.readouterr().out
    assert all(f"{part}: " in printed for part in PARTS)
    assert "gitleaks' formats" in printed
    assert detect_secrets() is None or "detect-secrets" in printed


def test_runs_the_rules_of_gitleaks_as_it_does(tmp_path: Path) -> None:
    config = tmp_path / "gitleaks.toml"
    config.write_text(
        "[allowlist]\nregexes = ['^dummy']\nstopwords = ['sample']\n"
        "[[rules]]\nid = 'a'\nregex = '''acme=\"([a-z]+)\"'''\nkeywords = ['acme']\nentropy = 2\n"
        "[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['harmless']\n"
    )
    finds = gitleaks(config)

    found = [
        value
        for value in ("qwertyuiop", "dummyqwert", "sampleqwer", "aaaaaaaaaa", "harmlessqw")
        if finds("acme", value)
    ]
    assert found == ["qwertyuiop"]
    assert not finds("beta", "qwertyuiop")
