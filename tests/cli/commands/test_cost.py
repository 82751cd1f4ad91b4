import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import program
from cli.sandbox import Account
from rules.engine.catalogue import all_rules

NO_SETTINGS = ("--settings", "/dev/null")
RULE = "bedrock-model-cmk-encrypted"


def cost(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["cost", *NO_SETTINGS, *arguments])


def amounts(*arguments: str) -> Any:
    result = cost("--format", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def written(folder: Path, content: object) -> str:
    file = folder / "resources.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


def test_says_what_it_rests_on_the_sum_and_what_lowers_it() -> None:
    text = cost("--accounts", "3", "--regions", "2").stdout

    assert text.startswith("3 accounts, 2 Regions in each, 20 resources for each rule. Prices of ")
    assert "USD a month" in text
    assert "one Region less  saves" in text


def test_a_report_of_check_counts_evaluations(tmp_path: Path) -> None:
    report = {"evaluations": [{"ruleId": RULE}] * 2_000}
    few, many = amounts("--resources", written(tmp_path, {RULE: 1})), amounts("--resources", written(tmp_path, report))

    assert many["month"]["evaluations"] - few["month"]["evaluations"] == pytest.approx(1_999 * 30 * 0.001)
    assert many["levers"][0]["what"] == f'rules.exclude = ["{RULE}"]'


@pytest.mark.usefixtures("account")
def test_an_empty_account_pays_one_evaluation_for_each_rule(tmp_path: Path) -> None:
    live = amounts("--live")
    nothing = {rule.id: 0 for rule in all_rules()}

    assert live["month"] == amounts("--resources", written(tmp_path, nothing))["month"]


def test_a_live_count_that_is_not_whole_is_refused(account: Account) -> None:
    account.faults.deny("bedrock:ListCustomModels")
    result = cost("--live")

    assert result.exit_code == 2
    assert "could not be read, first " in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--live", "--resources", "x.json"), "--live together with --resources"),
        (("--profile", "audit"), "--region and --profile without --live"),
        (("--resources", "/nowhere/x.json"), "there is no such file"),
        (("--accounts", "0"), "0 is not in the range"),
    ],
    ids=["two sources", "profile for nothing", "no file", "no account"],
)
def test_refuses_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    result = cost(*arguments)

    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("{", "is no JSON", id="no JSON"),
        pytest.param([1], "allowed: the JSON of", id="a list"),
        pytest.param({"evaluations": [1]}, "allowed: the JSON of", id="evaluations that are none"),
        pytest.param({"bedrock-model-cmk-encryptd": 1}, f"did you mean '{RULE}'", id="a typing error"),
        pytest.param({RULE: -1}, f"{RULE} = -1; allowed: a count of resources", id="a negative count"),
        pytest.param({RULE: True}, f"{RULE} = True; allowed: a count of resources", id="a switch"),
    ],
)
def test_refuses_a_file_that_says_something_else(tmp_path: Path, content: object, says: str) -> None:
    result = cost("--resources", written(tmp_path, content))

    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
