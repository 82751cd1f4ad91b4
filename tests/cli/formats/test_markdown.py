import re
from dataclasses import replace
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli.formats.markdown import LONGEST_COMMENT, MARK
from cli.formats.markdown_text import code, prose
from cli.formats.registry import render
from cli.report import Evaluation, Failure, Report
from cli.terminal import PLAIN
from rules.engine.catalogue import all_rules
from rules.engine.verdict import non_compliant
from tests.cli.formats.hostile import LONG, accepted, closed, hostile_report, hostile_texts, shown
from tests.cli.reports import EVERYTHING, bad, report, role
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

READER = MarkdownIt("gfm-like", {"html": True})
OUR_HTML = {"<br>", "<code>", "</code>"}
OUR_BLOCKS = re.compile(r"(<!-- ai-config-rules -->|<details( open)?><summary>.*</summary>|</details>)\n?")


def comment(*reports: Report) -> str:
    return render("markdown", reports, PLAIN)


def tokens(text: str) -> list[Token]:
    """Return what a reader of GitHub's Markdown finds, the parts of lines included."""
    return [one for block in READER.parse(text) for one in (block, *(block.children or []))]


def links(text: str) -> set[str]:
    return {str(one.attrs["href"]) for one in tokens(text) if one.type == "link_open"}


def cells(text: str) -> list[str]:
    """Return the text of every cell of every table, as it is read."""
    found = READER.parse(text)
    opened = [inline for before, inline in pairwise(found) if before.type in ("td_open", "th_open")]
    return ["".join(_text(one) for one in inline.children or []) for inline in opened]


def _text(one: Token) -> str:
    if one.type == "html_inline":
        return " " if one.content == "<br>" else ""
    return one.content


def test_begins_with_its_mark_and_the_outcome() -> None:
    lines = comment(EVERYTHING).splitlines()

    assert lines[0] == MARK
    assert "**2 violations: 1 high, 1 low. 1 compliant, 1 not applicable. 2 could not be evaluated.**" in lines
    assert "Account 123456789012 in us-east-1: 2 rules, 12 API calls, 2.5 s." in lines


def test_counts_by_duty() -> None:
    assert cells(comment(EVERYTHING))[:10] == [
        *("Duty", "Violations", "Compliant", "N/A", "Not evaluated"),
        *("Logging, retention and alerting", "2", "1", "1", "2"),
    ]


def test_violations_come_gravest_first_each_with_its_fix() -> None:
    text = comment(EVERYTHING)
    order = [
        text.index(part)
        for part in (
            "<details open><summary><b>Not evaluated</b>: 2</summary>",
            "<b>HIGH</b> <code>boxes-good</code>: 1 violation</summary>",
            "Wanted: Boxes are good.",
            "| <code>app</code><br><code>IAM&#58;&#58;Role</code> | It is bad; good is wanted. |",
            "aws boxes put-box --good <name>",
            "<b>LOW</b> <code>box-good</code>: 1 violation</summary>",
            "Replace the box.",
        )
    ]

    assert order == sorted(order)
    assert [one.content for one in tokens(text) if one.type == "code_block"] == ["aws boxes put-box --good <name>\n"]
    assert links(text) == {"https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html"}


def test_what_was_not_evaluated_says_why() -> None:
    assert cells(comment(EVERYTHING))[10:16] == [
        *("Rule", "Resource, error"),
        *("box-good", "the whole rule AccessDenied: ListKeys: not authorized"),
        *("boxes-good", "locked IAM::Role Throttling: GetKey: slow down"),
    ]


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        pytest.param([], "app IAM::Role", id="one report"),
        pytest.param([report(region="eu-west-1")], "app IAM::Role, us-east-1", id="Regions"),
        pytest.param(
            [replace(report(), account_id="111122223333")], "app IAM::Role, 123456789012 us-east-1", id="accounts"
        ),
        pytest.param(
            [replace(report(region="eu-west-1"), account_id="111122223333")],
            "app IAM::Role, 123456789012 us-east-1",
            id="both",
        ),
    ],
)
def test_a_row_says_what_reports_do_not_have_in_common(others: list[Report], wanted: str) -> None:
    assert wanted in cells(comment(report(bad("app")), *others))


def test_without_violations_there_is_nothing_to_open() -> None:
    text = comment(report())

    assert "<details" not in text
    assert "**No violations. 0 compliant, 0 not applicable.**" in text


def test_accepted_violations_are_counted_apart_and_say_who_accepts_them() -> None:
    text = comment(report(bad("app"), accepted("batch")))
    found = cells(text)

    assert found[:6] == ["Duty", "Violations", "Accepted", "Compliant", "N/A", "Not evaluated"]
    assert found[7:9] == ["1", "1"]
    assert found[-2:] == [
        "batch IAM::Role",
        "boxes-good: It is bad; good is wanted. Accepted by Priya until 2027-03-31: It goes in March.",
    ]
    assert "<b>Accepted</b>: 1 violation</summary>" in text


def test_a_place_that_could_not_be_opened_is_one_row() -> None:
    text = comment(EVERYTHING, closed())

    assert "<b>Not evaluated</b>: 3</summary>" in text
    assert "every rule" in cells(text)
    assert "unknown eu-west-1, profile audit ExpiredToken: no credentials" in cells(text)


@pytest.mark.parametrize(("count", "more"), [(1, False), (10, False), (11, True)])
def test_warnings_are_said_but_do_not_fill_the_comment(count: int, more: bool) -> None:
    text = comment(replace(report(), warnings=("Entry 7 has expired.",) * count))

    assert text.count("- Entry 7 has expired.") == min(count, 10)
    assert ("- and 1 more" in text) is more


@hostile_texts
def test_hostile_texts_are_neither_markup_nor_links(text: str) -> None:
    written = comment(hostile_report(text), closed(text))
    found = tokens(written)

    assert {one.content for one in found if one.type == "html_inline"} <= OUR_HTML
    assert all(
        OUR_BLOCKS.fullmatch(line) for one in found if one.type == "html_block" for line in one.content.splitlines()
    )
    assert {one.type for one in found} <= {one.type for one in tokens(comment(hostile_report("app"), closed("app")))}
    assert links(written) == {"https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html"}


@hostile_texts
def test_hostile_texts_come_back_as_text(text: str) -> None:
    wanted = "".join(shown(text).split())
    found = ["".join(cell.split()) for cell in cells(comment(hostile_report(text)))]

    assert found[14:] == [
        *("boxes-good", f"{wanted}IAM::Role{wanted}:{wanted}"),
        *("box-good", f"thewholerule{wanted}:{wanted}"),
        *("Resource", "Found"),
        *(f"{wanted}IAM::Role", f"Itis{wanted}."),
        *("Resource", "Found"),
        (f"{wanted}IAM::Role"),
        f"boxes-good:Itisbad;goodiswanted.Acceptedby{wanted}until2027-03-31:{wanted}",
    ]


@hostile_texts
def test_github_finds_no_mention_reference_or_mark_outside_code(text: str) -> None:
    outside = re.sub(r"<code>.*?</code>", "", prose(f"It is {text}."))

    assert not re.search(r"[@#*_`~$\[\]<>|\\&]|://|www|\bGH-|:\w+:|[0-9a-f]{7}", outside)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        pytest.param("Retention is 30 days; 90 are wanted.", "Retention is 30 days; 90 are wanted.", id="words"),
        pytest.param("It's 99.5% (+1 more)", "It's 99.5% (+1 more)", id="figures"),
        pytest.param(
            "bedrock:InvokeModel and 2 more on * through bedrock:*; name them.",
            "<code>bedrock&#58;InvokeModel</code> and 2 more on <code>&#42;</code> through "
            "<code>bedrock&#58;&#42;&#59;</code> name them.",
            id="actions",
        ),
        pytest.param("Of a | b.", "Of a <code>&#124;</code> b.", id="pipe"),
        pytest.param("By 0123abc", "By <code>0123abc</code>", id="a commit"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_prose(said: str, written: str) -> None:
    assert prose(said) == written


def test_code_escapes_what_means_anything() -> None:
    assert code("a-b `|` <x>") == "<code>a-b &#96;&#124;&#96; &#60;x&#62;</code>"


def many(count: int, name: str = "app", said: str = "It is bad; good is wanted.") -> Report:
    return report(*(bad(f"{name}-{number}", said) for number in range(count)), bad("batch", of=BoxGood))


def test_what_fits_is_all_there() -> None:
    text = comment(many(300))

    assert "Left out" not in text
    assert "app-299" in text


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(many(5_000), id="many"),
        pytest.param(many(300, said="@" * 256), id="text that takes six times its length"),
        pytest.param(many(300, "日本" * 100), id="other scripts"),
        pytest.param(
            report(*(Evaluation(rule, role("@" * 200), non_compliant("<" * 256)) for rule in all_rules())),
            id="all rules",
        ),
        pytest.param(
            report(*many(50).evaluations, failures=[Failure(BoxesGood, role(str(n)), LONG, LONG) for n in range(99)]),
            id="long errors",
        ),
        pytest.param(
            report(*many(5).evaluations, failures=[Failure(BoxesGood, role(str(n)), "X", "x") for n in range(9_000)]),
            id="many errors",
        ),
    ],
)
def test_never_longer_than_a_comment_and_says_what_is_left_out(given: Report) -> None:
    text = comment(given)
    shown_rows = sum(line.startswith("| <code>") for line in text.splitlines())
    left_out = re.search(r"Left out, because a comment has at most 65,536 characters: (.*)\.\n", text)

    assert len(text) <= LONGEST_COMMENT
    assert left_out is not None
    counted = sum(int(figure.replace(",", "")) for figure in re.findall(r"[\d,]+(?= (?:violation|error))", left_out[1]))
    assert shown_rows + counted == len(given.evaluations) + len(given.failures)
    assert text.count("<details") == text.count("</details>")


def test_a_rule_with_many_violations_leaves_room_for_the_others() -> None:
    text = comment(many(5_000))

    assert "<b>HIGH</b> <code>boxes-good</code>: 5,000 violations</summary>" in text
    assert "<b>LOW</b> <code>box-good</code>: 1 violation</summary>" in text
    assert re.search(r"^\| and 4,\d{3} more \| \|$", text, re.MULTILINE)


def test_a_long_error_is_cut() -> None:
    (said,) = [
        cell for cell in cells(comment(report(failures=[Failure(BoxGood, None, LONG, LONG)]))) if "whole" in cell
    ]

    assert said == f"the whole rule {'a' * 99}…: {'a' * 499}…"


def test_errors_leave_room_for_violations() -> None:
    failed = [Failure(BoxesGood, role(str(number)), "X", "x") for number in range(9_000)]
    text = comment(report(bad("app"), failures=failed))

    assert "<code>app</code>" in text
    assert "<b>Not evaluated</b>: 9,000</summary>" in text


def test_many_accounts_do_not_fill_the_comment() -> None:
    accounts = [replace(report(region="eu-west-1"), account_id=f"{number:012}") for number in range(9_000)]

    assert len(comment(*accounts, report(bad("app")))) < 5_000


@pytest.mark.parametrize("length", range(100, 125))
def test_a_comment_that_is_almost_full_has_room_for_its_note(length: int) -> None:
    text = comment(many(150, said="@" * length))

    assert "Left out" in text
    assert len(text.encode()) <= LONGEST_COMMENT
