import click
import pytest

from cli.framework_names import FrameworkChoice, FrameworkEntry
from rules.engine.catalogue import all_rules, rule_by_id
from rules.frameworks.framework import Framework

ENTRIES = FrameworkEntry(all_rules())
ROLES = rule_by_id("bedrock-invoke-least-privilege")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        pytest.param("owasp-llm", FrameworkChoice(Framework.OWASP_LLM), id="a framework"),
        pytest.param("nist-800-53:AC-6", FrameworkChoice(Framework.NIST_800_53, "AC-6"), id="an entry"),
        pytest.param("eu-ai-act:article 15", FrameworkChoice(Framework.EU_AI_ACT, "Article 15"), id="in small letters"),
    ],
)
def test_knows_frameworks_and_their_entries(text: str, choice: FrameworkChoice) -> None:
    assert ENTRIES.convert(text, None, None) == choice
    assert ENTRIES.convert(choice, None, None) == choice


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "owasp",
            "unknown framework 'owasp' (did you mean 'owasp-llm'?); "
            "allowed: wa-genai, wa-ml, nist-800-53, owasp-llm, nist-ai-rmf, iso-42001, eu-ai-act",
            id="a framework that there is not",
        ),
        pytest.param(
            "owasp-llm:LLM1", "unknown entry of owasp-llm that a rule answers to 'LLM1' (did you mean 'LLM", id="an id"
        ),
        pytest.param("owasp-llm:", "unknown entry of owasp-llm that a rule answers to ''; allowed: LLM01", id="no id"),
    ],
)
def test_refuses_others_naming_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        ENTRIES.convert(text, None, None)

    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("choice", "takes"),
    [
        (FrameworkChoice(Framework.NIST_800_53), True),
        (FrameworkChoice(Framework.NIST_800_53, "AC-6"), True),
        (FrameworkChoice(Framework.NIST_800_53, "AU-2"), False),
        (FrameworkChoice(Framework.EU_AI_ACT, "Article 12"), False),
    ],
    ids=["its framework", "its entry", "another entry", "another entry of another framework"],
)
def test_takes_rules_that_answer_to_it(choice: FrameworkChoice, takes: bool) -> None:
    assert choice.takes(ROLES) is takes


def test_completes_frameworks_and_entries() -> None:
    context, option = click.Context(click.Command("list")), click.Option(["--framework"])

    completed = [item.value for item in ENTRIES.shell_complete(context, option, "owasp-llm:LLM0")]

    assert completed[0] == "owasp-llm:LLM01"
    assert next(item.value for item in ENTRIES.shell_complete(context, option, "nist-a")) == "nist-ai-rmf"
