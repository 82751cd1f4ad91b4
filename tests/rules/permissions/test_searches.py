"""The search for a text, in words and against all short texts one by one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.permissions import searches
from rules.permissions.languages import SEPARATOR, Language, Part
from rules.permissions.patterns import wildcards
from rules.permissions.refusals import UndecidedError
from rules.permissions.searches import Patience, covers, find_text, may_meet
from rules.permissions.shapes import Characters, Maybe, Shape, shape_pattern

LETTERS = frozenset("abc")
ANY: Shape = (Characters(LETTERS, 0),)


def part(*patterns: str, excluded: bool = False) -> Part:
    return Part(tuple(wildcards(pattern) for pattern in patterns), excluded)


def language(*patterns: str, excluded: bool = False) -> Language:
    return (part(*patterns, excluded=excluded),)


QUESTIONS: list[tuple[str, list[list[Language]], list[Language], str | None]] = [
    ("nothing asked for", [], [], ""),
    ("one pattern", [[language("ab*")]], [], "ab"),
    ("two patterns that meet", [[language("a*")], [language("*c")]], [], "ac"),
    ("two patterns that overlap", [[language("ab*")], [language("*bc")]], [], "abc"),
    ("two patterns that do not meet", [[language("a*")], [language("b*")]], [], None),
    ("one of two patterns", [[language("a?"), language("bb")], [language("b*")]], [], "bb"),
    ("everything but one text", [[language("a*")]], [language("a")], "aa"),
    ("a wildcard within a wider one", [[language("abc*")]], [language("ab*")], None),
    ("covered by two together", [[language("a*")]], [language("a"), language("a?*")], None),
    ("all but texts of one length", [[language("*")]], [language(""), language("?"), language("???*")], "aa"),
    ("excluded patterns as a group", [[language("a*", "b*", excluded=True)]], [], ""),
    ("excluded and asked for", [[language("a*", excluded=True)], [language("a*")]], [], None),
    ("everything excluded", [[language("*", excluded=True)]], [], None),
    ("all but the excluded forbidden", [[language("*")]], [language("ab", excluded=True)], "ab"),
    ("an empty group", [[]], [], None),
]


@pytest.mark.parametrize(
    ("required", "forbidden", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in QUESTIONS]
)
def test_a_shortest_text_is_found(
    required: list[list[Language]], forbidden: list[Language], wanted: str | None
) -> None:
    assert find_text(ANY, tuple(map(tuple, required)), tuple(forbidden)) == wanted


SHAPES: list[tuple[str, Shape, str, str | None]] = [
    ("literal pieces", ("a", "b", Characters(LETTERS)), "*", "aba"),
    ("a bounded run that is filled", ("c", Characters(LETTERS, 2, 3)), "c???", "caaa"),
    ("a bounded run that is exceeded", ("c", Characters(LETTERS, 2, 3)), "c????", None),
    ("a bounded run that is not reached", ("c", Characters(LETTERS, 2, 3)), "c?", None),
    ("a character that the run lacks", (Characters(frozenset("ab")), "c"), "c*", None),
    ("a literal character that a run has too", (Characters(LETTERS), "a", Characters(LETTERS)), "b*", "baa"),
    ("no characters at all", ("ab",), "a*", "ab"),
    ("a piece that may be missing", ("a", Maybe(("b", Maybe(("c",)))), "a"), "?*", "aa"),
    ("a piece that is there", ("a", Maybe(("b", Maybe(("c",)))), "a"), "??*c*", "abca"),
    ("a piece in part", ("a", Maybe(("bc",)), "a"), "ab?", None),
    (
        "runs that may be empty, one after the other",
        (Maybe((Characters(LETTERS, 0),)), Characters(LETTERS, 0, 1)),
        "?",
        "a",
    ),
]


@pytest.mark.parametrize(("shape", "pattern", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in SHAPES])
def test_a_text_has_the_shape(shape: Shape, pattern: str, wanted: str | None) -> None:
    assert find_text(shape, ((language(pattern),),)) == wanted
    assert wanted is None or shape_pattern(shape).fullmatch(wanted)


PAIR: Shape = (Characters(LETTERS), SEPARATOR, Characters(LETTERS))
PAIRS: list[tuple[str, Language, list[Language], str | None]] = [
    ("a wildcard stays in its part", (part("a*b"), part("c")), [], "ab\nc"),
    ("both parts excluded", (part("a*", excluded=True), part("a*", excluded=True)), [], "b\nb"),
    ("first part excluded entirely", (part("*", excluded=True), part("*")), [], None),
    ("second part excluded entirely", (part("*"), part("*", excluded=True)), [], None),
    ("forbidden in one combination", (part("a"), part("a", "b")), [(part("a"), part("a"))], "a\nb"),
    ("forbidden in every combination", (part("a"), part("a", "b")), [(part("?"), part("?"))], None),
    ("too few parts", (part("a"),), [], None),
    ("too many parts", (part("a"), part("b"), part("c")), [], None),
]


@pytest.mark.parametrize(("required", "forbidden", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in PAIRS])
def test_parts_are_searched_together(required: Language, forbidden: list[Language], wanted: str | None) -> None:
    assert find_text(PAIR, ((required,),), tuple(forbidden)) == wanted


LONG = (language("?" * 15 + "*"),)
NEARLY_ALL = tuple(language(f"*{letter}" + "?" * 14) for letter in "abc")
"""Together they cover every long text, which no search can see before it has gone through thousands of states."""


def test_a_search_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(UndecidedError):
        find_text(ANY, (LONG,), NEARLY_ALL)


def test_what_is_not_decided_may_meet_and_is_not_shown_to_cover() -> None:
    assert may_meet(ANY, (LONG,), NEARLY_ALL)
    assert not covers(ANY, NEARLY_ALL, LONG[0])
    assert not may_meet(ANY, (LONG,), (language("*"),))


def test_a_text_among_many_is_found_in_depth() -> None:
    found = find_text(ANY, (LONG,), NEARLY_ALL[:2])

    assert found is not None
    assert len(found) >= len("?" * 15)


def test_a_wider_language_covers_a_narrower_one() -> None:
    assert covers(ANY, [language("a*"), language("b*")], language("ab*"))
    assert not covers(ANY, [language("ab*")], language("a*"))


languages = st.builds(
    lambda patterns, excluded: language(*patterns, excluded=excluded),
    st.lists(st.text(alphabet="ab*?", max_size=4), min_size=1, max_size=3),
    st.booleans(),
)
LONGEST = 7


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.lists(languages, min_size=1, max_size=2), max_size=2), st.lists(languages, max_size=2))
def test_the_search_agrees_with_trying_every_text(required: list[list[Language]], forbidden: list[Language]) -> None:
    shape: Shape = (Characters(LETTERS, 0, LONGEST),)

    def wanted(text: str) -> bool:
        return all(any(one[0].matches(text) for one in group) for group in required) and not any(
            one[0].matches(text) for one in forbidden
        )

    texts = ("".join(letters) for length in range(LONGEST + 1) for letters in product("abc", repeat=length))
    shortest = next((text for text in texts if wanted(text)), None)

    found = find_text(shape, tuple(map(tuple, required)), tuple(forbidden))

    assert (found is None) is (shortest is None)
    assert found is None or (wanted(found) and shortest is not None and len(found) == len(shortest))


SMALL_SHAPES: list[Shape] = [
    ANY,
    ("a", "b", Characters(LETTERS)),
    ("c", Characters(LETTERS, 2, 3)),
    (Maybe(("a", Characters(LETTERS, 1))), "b", Maybe(("c",))),
]


@given(st.sampled_from(SMALL_SHAPES), st.lists(st.text("abc*?", max_size=6), max_size=3))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_question_about_one_part_is_answered_as_by_the_search(shape: Shape, patterns: list[str]) -> None:
    one = (part(*patterns),)
    assert may_meet(shape, ((one,),)) is (find_text(shape, ((one,),)) is not None)


PATTERNS = st.lists(st.sampled_from(["a", "a*", "*b", "?", "b?c", "*"]), max_size=3)


@given(st.lists(PATTERNS, min_size=1, max_size=2), st.lists(PATTERNS, min_size=1, max_size=2), st.booleans())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_question_about_what_is_forbidden_is_answered_as_by_the_search(
    required: list[list[str]], forbidden: list[list[str]], excluded: bool
) -> None:
    groups = (tuple((part(*patterns),) for patterns in required),)
    denied = tuple((part(*patterns, excluded=excluded),) for patterns in forbidden)
    assert may_meet(ANY, groups, denied) is (find_text(ANY, groups, denied) is not None)


def test_a_pattern_that_a_search_would_give_up_is_told_to_meet_nothing() -> None:
    hard = part("*a" + "?" * 40)
    with pytest.raises(UndecidedError):
        find_text((Characters(LETTERS, 0, 40), "b"), (((hard,),),), ((part("*bb", "*cb"),),))
    assert not may_meet((Characters(LETTERS, 0, 40),), (((hard,),),))


def question(pattern: str) -> tuple[Shape, tuple[tuple[Language, ...], ...], tuple[Language, ...]]:
    return ANY, ((language(pattern),),), (language("b*"),)


def test_searches_stop_when_their_evaluation_has_taken_too_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "most_steps_together", 1)
    patience = Patience()
    assert find_text(*question("a*"), patience) == "a"
    with pytest.raises(UndecidedError):
        find_text(*question("c*"), patience)
    assert may_meet(*question("bc*"), patience)
    assert not may_meet(*question("b*"), patience), "what is forbidden as it is spelled takes no search"
    assert find_text(*question("c*"), Patience()) == "c"


def test_the_same_search_counts_once_in_an_evaluation() -> None:
    patience = Patience()
    for _ in range(2):
        patience.spend(searches.most_steps_together - 1, "one")
    assert not patience.over
    patience.spend(1, "another")
    assert patience.over


OF_TWO_PARTS = st.builds(
    lambda first, second, without: (part(*first, excluded=without), part(*second)), PATTERNS, PATTERNS, st.booleans()
)
TWO_TEXTS: Shape = (Characters(LETTERS), SEPARATOR, Characters(LETTERS, 1, 3))


@given(
    st.lists(st.lists(OF_TWO_PARTS, min_size=1, max_size=3), min_size=1, max_size=2), st.lists(OF_TWO_PARTS, max_size=2)
)
@settings(max_examples=500, deadline=None, derandomize=True)
def test_a_question_about_texts_of_two_parts_is_answered_as_by_the_search(
    required: list[list[Language]], forbidden: list[Language]
) -> None:
    groups = tuple(map(tuple, required))
    assert may_meet(TWO_TEXTS, groups, tuple(forbidden)) is (find_text(TWO_TEXTS, groups, tuple(forbidden)) is not None)


@pytest.mark.parametrize(
    ("pattern", "forbidden", "searched"),
    [
        pytest.param("ab*", "c*", False, id="what the pattern spells is looked for"),
        pytest.param("ab*", "aba*", True, id="what the pattern spells is forbidden, and more is not"),
    ],
)
def test_a_plain_question_takes_no_search(pattern: str, forbidden: str, searched: bool) -> None:
    patience = Patience()

    assert may_meet(ANY, ((language("a*"),), (language(pattern),)), (language(forbidden),), patience)

    patience.spend(searches.most_steps_together - 1, "the rest")
    assert patience.over is searched
