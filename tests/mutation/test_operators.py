from pathlib import Path

import pytest

from tests.mutation.operators import Mutant, mutants, mutated


def changes(root: Path, source: str) -> list[str]:
    (root / "module.py").write_text(source, encoding="utf-8")
    return [f"{mutant.before} -> {mutant.after}" for mutant in mutants(root, "module.py")]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        pytest.param("a = b <= c", ["b <= c -> b < c"], id="comparison"),
        pytest.param("a = b not in c", ["b not in c -> b in c"], id="membership"),
        pytest.param(
            "a = b and c and d",
            [
                "b and c and d -> b or c or d",
                "b and c and d -> c and d",
                "b and c and d -> b and d",
                "b and c and d -> b and c",
            ],
            id="each condition is needed",
        ),
        pytest.param("a = not b", ["not b -> b"], id="negation"),
        pytest.param("a = b | c", ["b | c -> b & c"], id="arithmetic"),
        pytest.param(
            "a = b if c else d",
            ["b if c else d -> b if False else d", "b if c else d -> b if True else d"],
            id="choice",
        ),
        pytest.param("a = [b for b in c if d]", ["for b in c if d -> for b in c"], id="filter of a comprehension"),
        pytest.param("a = True", ["True -> False"], id="truth"),
        pytest.param("a = 8", ["8 -> 9"], id="number"),
        pytest.param("a = 'kms'", ["'kms' -> 'XX'"], id="text"),
        pytest.param("a = f'{b:>8} is missing'", ["' is missing' -> 'XX'"], id="text around a value, not its layout"),
        pytest.param("a = all(b)", ["all(b) -> any(b)"], id="opposite function"),
        pytest.param("a = b.startswith(c)", ["b.startswith(c) -> b.endswith(c)"], id="opposite method"),
        pytest.param("a = b.strip()", ["b.strip() -> b"], id="method without effect"),
        pytest.param(
            "a = sorted(b, key=c)", ["sorted(b, key=c) -> list(b)", "sorted(b, key=c) -> sorted(b)"], id="order"
        ),
        pytest.param("a = b[c:]", ["b[c:] -> b[:]"], id="slice"),
        pytest.param("def a():\n    return b", ["return b -> return None"], id="return"),
        pytest.param("def a():\n    yield b", ["yield b -> yield from ()"], id="yield"),
        pytest.param("a(b)", ["a(b) -> pass"], id="call for its effect"),
        pytest.param("raise a", ["raise a -> pass"], id="raise"),
        pytest.param("for a in b:\n    continue", ["continue -> break"], id="loop"),
        pytest.param("@reads('kms:ListKeys')\ndef a(): ...", ["'kms:ListKeys' -> 'XX'"], id="declared action"),
    ],
)
def test_changes_one_thing(tmp_path: Path, source: str, wanted: list[str]) -> None:
    assert [change.replace("\n", " ") for change in changes(tmp_path, source)] == wanted


def test_catches_each_exception_less(tmp_path: Path) -> None:
    source = "try:\n    a = b\nexcept (KeyError, OSError):\n    raise\n"

    assert [change.splitlines()[0] for change in changes(tmp_path, source)] == [
        "except (KeyError, OSError):",
        "except (KeyError, OSError):",
        "raise -> pass",
    ]
    assert [line for change in changes(tmp_path, source) for line in change.splitlines() if "->" in line][:2] == [
        "    raise -> except (OSError,):",
        "    raise -> except (KeyError,):",
    ]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('"""What this is."""', id="docstring"),
        pytest.param("a: Annotated[str, 'a text'] = b", id="type hint"),
        pytest.param("def a(b: 'Aws') -> 'Key': ...", id="hints of a function"),
        pytest.param("Level = Literal['low', 'high']", id="type with a name"),
        pytest.param("T = TypeVar('T')", id="type variable"),
        pytest.param("log.warning('%s failed', a)", id="log text"),
        pytest.param("if TYPE_CHECKING:\n    from a import b", id="import for types"),
        pytest.param("@dataclass(frozen=True)\nclass A(B, total=False): ...", id="kind of a class"),
        pytest.param("title = 'Keys rotate'", id="title of a page"),
    ],
)
def test_leaves_alone_what_is_for_readers(tmp_path: Path, source: str) -> None:
    assert changes(tmp_path, source) == []


def test_makes_the_module_of_each_mutant(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("a = [1, 1]\nb = a[1:]\n", encoding="utf-8")
    found = mutants(tmp_path, "module.py")

    def values(mutant: Mutant) -> tuple[object, object]:
        names: dict[str, object] = {}
        exec(compile(mutated(tmp_path, mutant), "module.py", "exec"), names)  # noqa: S102 - the two lines above
        return names["a"], names["b"]

    assert [values(mutant) for mutant in found] == [
        ([2, 1], [1]),
        ([1, 2], [2]),
        ([1, 1], [1, 1]),
        ([1, 1], []),
    ]


def test_a_mutant_of_another_module_is_refused(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("a = 1\n", encoding="utf-8")
    (mutant,) = mutants(tmp_path, "module.py")
    (tmp_path / "module.py").write_text("\na = 1\n", encoding="utf-8")

    with pytest.raises(LookupError, match=r"^module\.py has no mutant 1:4:number:0$"):
        mutated(tmp_path, mutant)


def test_a_seed_puts_the_same_mutants_into_the_same_order(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("\n".join(f"a{number} = 1" for number in range(50)), encoding="utf-8")
    found = mutants(tmp_path, "module.py")

    def lines(seed: int) -> list[int]:
        return [mutant.line for mutant in sorted(found, key=lambda mutant: mutant.rank(seed))]

    assert lines(1) == lines(1)
    assert lines(1) != lines(2)
    assert sorted(lines(1)) == list(range(1, 51))
