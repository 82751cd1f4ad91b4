from collections import Counter

import pytest

from tests.mutation.operators import Mutant
from tests.mutation.score import Room, drawn, total


def mutants(path: str, count: int) -> list[Mutant]:
    return [Mutant(path, "number", line, 4, 0, line, line, "1", "2", in_function=False) for line in range(1, count + 1)]


@pytest.mark.parametrize(
    ("room", "share", "interval"),
    [
        pytest.param(Room("kms", 1000, 100, 90), "0.900", "0.826 to 0.945", id="sample"),
        pytest.param(Room("kms", 1000, 40, 40), "1.000", "0.912 to 1.000", id="sample without survivors"),
        pytest.param(Room("kms", 40, 40, 36), "0.900", "0.900 to 0.900", id="all of them"),
        pytest.param(Room("kms", 40, 0, 0), "1.000", "0.000 to 1.000", id="none of them"),
    ],
)
def test_a_room_has_the_interval_of_its_sample(room: Room, share: str, interval: str) -> None:
    low, high = room.interval

    assert (f"{room.share:.3f}", f"{low:.3f} to {high:.3f}") == (share, interval)


@pytest.mark.parametrize(
    ("rooms", "wanted"),
    [
        pytest.param([Room("a", 900, 90, 90), Room("b", 100, 90, 0)], "0.900, 0.882 to 0.918", id="by size"),
        pytest.param([Room("a", 90, 90, 81), Room("b", 10, 10, 9)], "0.900, 0.900 to 0.900", id="all judged"),
        pytest.param([Room("a", 1000, 100, 90)], "0.900, 0.842 to 0.958", id="one room"),
    ],
)
def test_the_score_weighs_rooms_by_their_mutants(rooms: list[Room], wanted: str) -> None:
    share, low, high = total(rooms)

    assert f"{share:.3f}, {low:.3f} to {high:.3f}" == wanted


def test_draws_of_each_room_some_and_of_large_rooms_more() -> None:
    rooms = {"large": mutants("a.py", 900), "middle": mutants("b.py", 90), "small": mutants("c.py", 10)}

    assert Counter(mutant.path for mutant in drawn(rooms, 500, seed=1, least=20)) == {
        "a.py": 450,
        "b.py": 45,
        "c.py": 10,
    }


def test_a_larger_draw_has_the_smaller_one_in_it() -> None:
    rooms = {"large": mutants("a.py", 900), "small": mutants("c.py", 10)}

    assert set(drawn(rooms, 100, seed=1)) < set(drawn(rooms, 300, seed=1))
    assert set(drawn(rooms, 100, seed=1)) != set(drawn(rooms, 100, seed=2))
