import json
import re
from pathlib import Path
from typing import Any

import pytest

from rules.criteria.credentials.known_formats import GITLEAKS
from tests.rules.criteria.credentials.gitleaks_import import kind, main, python_pattern, taken_over

BY_FORMAT = {
    "id": "acme-api-token",
    "regex": r"\b(acme_(?i)[a-z0-9]{8})(?:[\x60'\"\s;]|\\[nr]|$)",
    "keywords": ["ACME_"],
}
BY_NAME = {"id": "beta-key", "regex": r"[\w.-]{0,50}?(?:beta)=([a-z]{8})", "keywords": ["beta"]}
ON_FILES = {"id": "pkcs12-file", "path": r"\.p12$"}


@pytest.mark.parametrize(
    ("go", "matching", "other"),
    [
        pytest.param(r"ab(?i)cd", "abCD", "ABcd", id="a flag until the end"),
        pytest.param(r"(a(?i)b)c", "aBc", "aBC", id="a flag until the end of the group"),
        pytest.param(r"a[)](?i)b", "a)B", "A)b", id="a bracket in a class"),
        pytest.param(r"a\)(?i)b", "a)B", "A)b", id="a bracket that is meant"),
        pytest.param(r"(?i)a|b", "B", "c", id="a flag on everything"),
        pytest.param(r"a(?i)(?:b|c)", "aC", "AC", id="alternatives of their own"),
        pytest.param(r"ab(?:c|\z)", "ab", "abd", id="the end of the text"),
        pytest.param(r"[[:alnum:]]{3}", "a1B", "a-B", id="a named class"),
    ],
)
def test_patterns_of_go_mean_the_same_in_python(go: str, matching: str, other: str) -> None:
    pattern = re.compile(python_pattern(go))

    assert pattern.fullmatch(matching)
    assert not pattern.fullmatch(other)


def test_refuses_a_flag_before_an_alternative() -> None:
    with pytest.raises(ValueError, match="alternative"):
        python_pattern(r"a(?i)b|c")


def test_takes_over_what_has_a_format() -> None:
    (rule,) = taken_over({"rules": [BY_FORMAT, BY_NAME, ON_FILES]})

    assert {name: value for name, value in rule.items() if name != "pattern"} == {
        "id": "acme-api-token",
        "kind": "an Acme API token",
        "keywords": ["acme_"],
        "entropy": 0,
    }
    assert [re.search(rule["pattern"], text) is not None for text in ("acme_ABCD0123,", "acme_abcd01234")] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("rule_id", "words"),
    [
        ("openai-api-key", "an OpenAI API key"),
        ("gitlab-ptt", "a GitLab pipeline trigger token"),
        ("npm-access-token", "an npm access token"),
        ("heroku-api-key-v2", "a Heroku API key"),
        ("1password-secret-key", "a 1Password secret key"),
    ],
)
def test_calls_credentials_by_words(rule_id: str, words: str) -> None:
    assert kind(rule_id) == words


def test_writes_the_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "gitleaks.toml"
    config.write_text("[[rules]]\nid = 'acme-key'\nregex = 'acme-[0-9]{4}'\nkeywords = ['acme-']\nentropy = 2\n")
    target = tmp_path / "gitleaks.json"
    monkeypatch.setattr("tests.rules.criteria.credentials.gitleaks_import.GITLEAKS", target)

    main([str(config)])

    written: list[dict[str, Any]] = json.loads(target.read_text())
    assert written == [
        {"id": "acme-key", "kind": "an Acme key", "pattern": "acme-[0-9]{4}", "keywords": ["acme-"], "entropy": 2}
    ]


def test_the_licence_of_the_data_is_beside_it() -> None:
    assert GITLEAKS.with_name("gitleaks.LICENSE").read_text(encoding="utf-8").startswith("MIT License")
