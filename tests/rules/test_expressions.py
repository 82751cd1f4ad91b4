import re

import pytest

from rules.expressions import Expression

SOURCE, TEXT = r"([a-z])(\d)", "a1 B2 c3"


@pytest.mark.parametrize("flags", [re.NOFLAG, re.IGNORECASE], ids=["as they are", "whatever the case"])
def test_finds_what_a_compiled_pattern_finds(flags: re.RegexFlag) -> None:
    ours, usual = Expression(SOURCE, flags), re.compile(SOURCE, flags)

    def found(pattern: Expression | re.Pattern[str]) -> list[object]:
        singles = [pattern.match(TEXT), pattern.match(TEXT, 3), pattern.fullmatch("b2"), pattern.search("- " + TEXT)]
        return [
            *(one and one.span() for one in singles),
            [one.groups() for one in pattern.finditer(TEXT)],
            [one.groups() for one in pattern.finditer(TEXT, 3, 5)],
            pattern.findall(TEXT),
            pattern.split(TEXT),
            pattern.sub(r"\2\1", TEXT),
        ]

    assert found(ours) == found(usual)


def test_nothing_is_compiled_before_it_is_needed() -> None:
    wrong = Expression("(")

    with pytest.raises(re.error, match="unterminated subpattern"):
        wrong.search("text")
