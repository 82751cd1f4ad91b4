"""What is taken out of a value before it is looked at."""

from base64 import b64encode

import pytest

from rules.criteria.credentials.decoding import assignments, bearers, decoded, fields, unquoted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x=abca", [("x", "=", "abca")]),
        ("x=a", [("x", "=", "a")]),
        ("x='abc'", [("x", "=", "abc")]),
        ('x="a b"', [("x", "=", "a b")]),
        ("x=''", [("x", "=", "")]),
        ("x: a; y=b", [("x", ":", "a"), ("y", "=", "b")]),
        ("x=a,y=b&z=c", [("x", "=", "a"), ("y", "=", "b"), ("z", "=", "c")]),
        ("'x' => 'a'", [("x", "=>", "a")]),
        ('"x": "a"', [("x", ":", "a")]),
        ("--x=a", [("x", "=", "a")]),
        ("x.y-z_1=a", [("x.y-z_1", "=", "a")]),
        ("1x=a", []),
        ("run --some-name a --b", [("some-name", "=", "a")]),
        ("run --some-name -a", []),
        ("x a", []),
        ("", []),
    ],
)
def test_reads_assignments(text: str, found: list[tuple[str, str, str]]) -> None:
    assert list(assignments(text)) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (
            '{"a": "x", "b": {"c": "y"}, "d": ["z", {"e": "w"}]}',
            [("N_a", "x"), ("N_b_c", "y"), ("N_d", "z"), ("N_d_e", "w")],
        ),
        ('{"a": "x", "a": "y"}', [("N_a", "x"), ("N_a", "y")]),
        ('["x", 1, null, true, "y"]', [("N", "x"), ("N", "y")]),
        ('"x"', [("N", "x")]),
        ("{}", []),
        ("[]", []),
        ('{"a"', None),
        ("7", None),
        ("null", None),
        (' {"a": "x"}', None),
        ("", None),
    ],
)
def test_reads_the_fields_of_json(value: str, found: list[tuple[str, str]] | None) -> None:
    assert fields("N", value) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("MDEyMzQ1Njc4OWFi", "0123456789ab", id="as long as has to be"),
        pytest.param("MDEyMzQ1Njc4OWFiYw==", "0123456789abc", id="with padding"),
        pytest.param("MDEyMzQ1Njc4OWE", None, id="too short"),
        pytest.param("MDEyMzQ1 Njc4\nOWFi", "0123456789ab", id="in lines"),
        pytest.param("MDEyMzQ1Njc4OWFi=x", None, id="more behind it"),
        pytest.param("MDEyMzQ1Njc4OWFiY", None, id="a length that no base64 has"),
        pytest.param(b64encode(b"???>>>???>>>").decode(), "???>>>???>>>", id="plus and slash"),
        pytest.param(
            b64encode(b"???>>>???>>>").decode().replace("+", "-").replace("/", "_"), "???>>>???>>>", id="the others"
        ),
        pytest.param(b64encode(b"a\r\n\tb 0123456789").decode(), "a\r\n\tb 0123456789", id="white space in it"),
        pytest.param(b64encode(b"a\x000123456789012").decode(), None, id="what is not printable"),
        pytest.param(b64encode(b"\xff" * 12).decode(), None, id="no text"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_decodes_base64_of_texts(value: str, text: str | None) -> None:
    assert decoded(value) == text


@pytest.mark.parametrize(("value", "plain"), [("a%3Db", "a=b"), ("a%3db", "a=b"), ("a=b", None), ("100%", None)])
def test_takes_percent_signs_away(value: str, plain: str | None) -> None:
    assert unquoted(value) == plain


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Bearer 0123456789abcdef", ["0123456789abcdef"]),
        ("BEARER\t0123456789abcdef, bearer  fedcba9876543210", ["0123456789abcdef", "fedcba9876543210"]),
        ("Bearer 0123456789abcde", []),
        ("Forbearer 0123456789abcdef", []),
    ],
)
def test_reads_bearer_tokens(text: str, tokens: list[str]) -> None:
    assert list(bearers(text)) == tokens
