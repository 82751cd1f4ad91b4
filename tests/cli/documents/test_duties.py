import re

from cdk.managed.groups import GROUPS
from cli.documents.duties import duties_page
from cli.duties.chapters import CHAPTERS
from rules.engine.catalogue import all_rules

PAGE = duties_page(all_rules())


def test_duties_are_in_their_order() -> None:
    titles = [duty.title for chapter in CHAPTERS for duty in chapter.duties]
    before, _, _ = PAGE.partition("## Rules that AWS manages")

    assert re.findall(r"^### (.+)$", before, re.MULTILINE) == titles


def test_a_duty_says_what_answers_it() -> None:
    assert (
        "### Training data: personal information removed\n"
        "\n"
        "Find and remove personal information before a model learns it.\n"
        "\n"
        "AWS's side: AWS offers Amazon Macie; whether it looks, and what follows from what it finds, is the "
        "customer's.\n"
        "\n"
        "- [training-data-pii-scanned](rules/training-data-pii-scanned.md): "
    ) in PAGE
    assert "\n- [macie-enabled](#macie), evaluated by AWS: Amazon Macie is on.\n" in PAGE
    assert "\n- Evidence: [red team exercises](manual-evidence.md#red-team-exercises).\n" in PAGE


def test_every_duty_has_an_answer_on_the_page() -> None:
    before, _, _ = PAGE.partition("## Rules that AWS manages")

    for part in before.split("\n### ")[1:]:
        assert "\n- " in part.split("\n## ", maxsplit=1)[0], part


def test_every_rule_and_every_rule_of_aws_is_on_the_page() -> None:
    for rule in all_rules():
        assert f"[{rule.id}](rules/{rule.id}.md): {rule.title}." in PAGE
    for group in GROUPS:
        assert f"\n### {group.key}\n\nJudges {group.judges}. " in PAGE
        for managed in group.rules:
            assert f"\n| {managed.name} | [{managed.identifier}]({managed.page}) | {managed.state} | " in PAGE


def test_says_what_a_managed_rule_takes_and_where_it_is_not() -> None:
    assert "| every 24 hours | `MinRetentionTime` = `365` | - | AWS CDK |" in PAGE
    assert "| on changes | `runtime` = `nodejs24.x,…` | - | AWS CDK |" in PAGE
    assert "| on changes | none | us-west-1 | documentation |" in PAGE


def test_a_rule_that_there_is_not_is_no_broken_link() -> None:
    assert "rules/bedrock-invoke-least-privilege.md" not in duties_page(
        [rule for rule in all_rules() if rule.id != "bedrock-invoke-least-privilege"]
    )
