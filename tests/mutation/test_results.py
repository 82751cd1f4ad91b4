from pathlib import Path

import pytest

from tests.mutation.forks import Judgement
from tests.mutation.operators import Mutant
from tests.mutation.results import Results

MUTANT = Mutant("rules/keys.py", "number", 1, 4, 0, 1, 1, "1", "2", in_function=False)
KILLED = Judgement("killed", "tests/test_keys.py::test_rotates", 0.5, 3)
SURVIVED = Judgement("survived", "", 0.75, 12)
FILES = ["tests/test_keys.py", "tests/test_aliases.py"]


@pytest.fixture
def results(tmp_path: Path) -> Results:
    for path in ["rules/keys.py", *FILES]:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("a = 1\n", encoding="utf-8")
    return Results(tmp_path / "results", tmp_path)


@pytest.mark.parametrize("judgement", [KILLED, SURVIVED], ids=["killed", "survived"])
def test_a_judgement_is_kept(results: Results, judgement: Judgement) -> None:
    results.keep(MUTANT, judgement, FILES)

    assert results.of(MUTANT) == judgement


def test_nothing_is_known_of_another_mutant_of_the_module(results: Results) -> None:
    results.keep(MUTANT, KILLED, FILES)

    assert results.of(Mutant("rules/keys.py", "number", 1, 4, 1, 1, 1, "1", "2", in_function=False)) is None


@pytest.mark.parametrize(
    ("judgement", "changed", "known"),
    [
        pytest.param(KILLED, "rules/keys.py", False, id="killed, and the module is another"),
        pytest.param(SURVIVED, "rules/keys.py", False, id="survived, and the module is another"),
        pytest.param(KILLED, "tests/test_keys.py", False, id="killed by a test that is another"),
        pytest.param(KILLED, "tests/test_aliases.py", True, id="killed, and only another test changed"),
        pytest.param(SURVIVED, "tests/test_aliases.py", False, id="survived a test that is another"),
        pytest.param(SURVIVED, "tests/test_grants.py", True, id="survived, and an unrelated test came"),
    ],
)
def test_a_judgement_counts_while_what_led_to_it_is_the_same(
    results: Results, judgement: Judgement, changed: str, known: bool
) -> None:
    results.keep(MUTANT, judgement, FILES)

    (results.root / changed).write_text("a = 2\n", encoding="utf-8")

    assert (results.of(MUTANT) is not None) is known
