import pytest

from rules.engine.verdict import (
    ANNOTATION_LIMIT,
    Compliance,
    Verdict,
    compliant,
    listed,
    non_compliant,
    not_applicable,
    out_of_scope,
    printable,
    shortened,
)


def test_says_what_was_judged() -> None:
    assert compliant("Good.") == Verdict(Compliance.COMPLIANT, "Good.")
    assert non_compliant("Bad.", "Worse.") == Verdict(Compliance.NON_COMPLIANT, "Bad. Worse.")
    assert not_applicable("Off.") == Verdict(Compliance.NOT_APPLICABLE, "Off.")
    assert out_of_scope("Else.") == Verdict(Compliance.NOT_APPLICABLE, "Else.", in_scope=False)


@pytest.mark.parametrize(
    ("sentences", "annotation"),
    [
        pytest.param(["a" * 256], "a" * 256, id="exactly the limit"),
        pytest.param(["a" * 257], "a" * 255 + "…", id="one character too long"),
        pytest.param(["a" * 200, "b" * 100], "a" * 200 + " (+1 more)", id="the second does not fit"),
        pytest.param(["a" * 300, "b" * 300], "a" * 245 + "…" + " (+1 more)", id="not even the first fits"),
        pytest.param(["a" * 100, "b" * 100, "c" * 100], f"{'a' * 100} {'b' * 100} (+1 more)", id="two of three fit"),
        pytest.param(["one\ntwo\x1b[31m."], "one two [31m.", id="control characters become spaces"),
    ],
)
def test_an_annotation_keeps_whole_sentences_and_counts_the_rest(sentences: list[str], annotation: str) -> None:
    verdict = non_compliant(*sentences)

    assert verdict.annotation == annotation
    assert len(verdict.annotation) <= ANNOTATION_LIMIT


@pytest.mark.parametrize("sentences", [(), ("",)])
def test_a_verdict_needs_a_sentence(sentences: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match="needs a sentence"):
        compliant(*sentences)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        pytest.param([], "", id="none"),
        pytest.param(["a"], "a", id="one"),
        pytest.param(["a", "b"], "a and b", id="two"),
        pytest.param(["a", "b", "c"], "a, b and c", id="as many as are shown"),
        pytest.param(["a", "b", "c", "d"], "a, b, c and 1 more", id="one more than is shown"),
        pytest.param(["x" * 70], "x" * 63 + "…", id="a long name"),
    ],
)
def test_lists_names_with_a_count_of_the_rest(names: list[str], text: str) -> None:
    assert listed(names) == text


def test_shortens_only_what_is_too_long() -> None:
    assert shortened("short", 5) == "short"
    assert shortened("longer", 5) == "long…"


def test_hides_bidirectional_overrides() -> None:
    assert printable("safe\u202etxt") == "safe txt"
