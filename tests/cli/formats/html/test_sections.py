import pytest

from cli.formats.html.evaluations import shown
from cli.formats.html.prose import as_html, first_step
from cli.formats.html.sections import LISTED_WITHOUT_SCRIPT, sections
from rules.engine.catalogue import all_rules
from rules.engine.documentation import Documentation
from tests.cli.formats.html.samples import FIRST, SECOND
from tests.cli.reports import bad, report


def test_a_section_for_each_rule_with_its_tally() -> None:
    found = list(sections([FIRST, SECOND], shown([FIRST, SECOND])))

    assert [(one.rule.id, one.position, one.tally) for one in found] == [
        ("boxes-good", 0, "2 violations, 1 not evaluated, 1 accepted, 1 compliant, 1 not applicable"),
        ("box-good", 1, "1 violation, 1 not evaluated, 1 compliant"),
    ]


def test_parameters_are_those_in_force_and_say_where_they_differ() -> None:
    section = next(sections([FIRST, SECOND], ()))
    found = [(one.name, one.value, one.changed, one.where) for one in section.settings]

    assert found == [
        ("least", "5", True, "us-east-1"),
        ("least", "9", True, "eu-central-1"),
        ("share", "0.5", False, ""),
        ("label", "<b>bold</b>", True, ""),
    ]


def test_a_long_list_without_scripts_says_how_much_it_leaves_out() -> None:
    given = [report(*(bad(f"role-{number:03}") for number in range(LISTED_WITHOUT_SCRIPT + 7)))]
    section = next(sections(given, shown(given)))

    assert (len(section.listed), section.left_out) == (LISTED_WITHOUT_SCRIPT, 7)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("Name `<id>`.", "<p>Name <code>&lt;id&gt;</code>.</p>\n", id="code"),
        pytest.param("    aws x\n", "<pre><code>aws x\n</code></pre>\n", id="example"),
        pytest.param("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n", id="HTML is text"),
        pytest.param("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n", id="a block of HTML is text"),
        pytest.param("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n", id="no link that runs"),
        pytest.param("![x](https://example.com/x.png)", None, id="no image"),
    ],
)
def test_markdown_as_html(markdown: str, html: str | None) -> None:
    found = str(as_html(markdown))

    assert "<img" not in found
    if html is not None:
        assert found == html


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_the_first_step_of_every_rule_is_one_line(rule: type) -> None:
    step = str(first_step(Documentation.of(rule).fix))

    assert step
    assert "<p>" not in step
    assert "<pre>" not in step
    assert not step.endswith(":")
