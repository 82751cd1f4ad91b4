from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cli.baseline import Baseline, BaselineError, Entry, read_baseline
from cli.baseline_file import UnwritableError, as_toml
from cli.report import Acceptance, Evaluation, Failure, Report
from rules.access.bedrock_invoke_least_privilege import BedrockInvokeLeastPrivilege
from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted
from tests.cli.reports import HOSTILE_NAMES, bad, good, report
from tests.cli.stored_reports import IAM, judged

MODELS = BedrockModelCmkEncrypted.id
KNOWN = Acceptance("Ada", "Until the migration.", date(2026, 11, 1))
ENTRY = Entry(1, MODELS, "AWS::IAM::Role", KNOWN, resource="AROAapp")

TOML = f"""
[[accepted]]
rule = "{MODELS}"
resourceType = "AWS::IAM::Role"
resource = "AROAapp"
owner = "Ada"
reason = "Until the migration."
expires = 2026-11-01
"""
YAML = f"""
accepted:
  - rule: {MODELS}
    resourceType: AWS::IAM::Role
    resource: AROAapp
    owner: Ada
    reason: Until the migration.
    expires: 2026-11-01
"""


def violation(name: str) -> Evaluation:
    return bad(name, of=BedrockModelCmkEncrypted)


def judged_report(*evaluations: Evaluation, region: str = "us-east-1", failures: tuple[Failure, ...] = ()) -> Report:
    return report(*evaluations, region=region, failures=failures, rules=(BedrockModelCmkEncrypted,))


def names(reports: tuple[Report, ...]) -> list[str]:
    """Return the names of what is accepted."""
    return [one.resource.name for each in reports for one in each.accepted]


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        pytest.param({}, ["app"], id="id"),
        pytest.param({"resource": "app"}, [], id="a name is no id"),
        pytest.param({"resource": None, "pattern": "app"}, ["app"], id="name as a pattern"),
        pytest.param({"resource": None, "pattern": "AROAa*"}, ["app", "api"], id="pattern of ids"),
        pytest.param({"resource": None, "pattern": "a??"}, ["app", "api"], id="pattern of names"),
        pytest.param({"resource": None, "pattern": "[a]pp"}, [], id="brackets are text"),
        pytest.param({"resource_type": "AWS::IAM::User"}, [], id="another type"),
        pytest.param({"rule": IAM}, [], id="another rule"),
        pytest.param({"account": "123456789012", "region": "us-east-1"}, ["app"], id="the place"),
        pytest.param({"account": "444455556666"}, [], id="another account"),
        pytest.param({"region": "eu-west-1"}, [], id="another Region"),
    ],
)
def test_accepts_what_an_entry_says_and_nothing_else(change: dict[str, str], accepted: list[str]) -> None:
    reports = [judged_report(violation("app"), violation("api"), violation("batch"), good("fine"))]
    (found,) = Baseline((replace(ENTRY, **change),)).applied(reports)  # type: ignore[arg-type]  # fields of Entry

    assert names((found,)) == accepted
    assert [one.accepted for one in found.accepted] == [KNOWN] * len(accepted)
    assert found.counts == reports[0].counts


def test_only_violations_are_accepted() -> None:
    (found,) = Baseline((ENTRY,)).applied([judged_report(good("app", of=BedrockModelCmkEncrypted))])

    assert names((found,)) == []
    assert found.warnings == (
        f"Entry 1 ({MODELS}, AROAapp) of the baseline accepts nothing: there is no such violation any more.",
    )


@pytest.mark.parametrize(
    ("started", "accepted"),
    [
        pytest.param(datetime(2026, 10, 31, 23, 59, tzinfo=UTC), ["app"], id="the day before"),
        pytest.param(datetime(2026, 11, 1, 23, 59, tzinfo=UTC), ["app"], id="the last day"),
        pytest.param(datetime(2026, 11, 2, 0, 0, tzinfo=UTC), [], id="the day after"),
    ],
)
def test_accepts_until_the_end_of_the_last_day(started: datetime, accepted: list[str]) -> None:
    (found,) = Baseline((ENTRY,)).applied([replace(judged_report(violation("app")), started_at=started)])

    assert names((found,)) == accepted
    assert list(found.warnings) == (
        []
        if accepted
        else [
            (
                f"Entry 1 ({MODELS}, AROAapp) of the baseline expired on 2026-11-01 and accepts nothing any more; "
                "its owner is Ada."
            )
        ]
    )


def test_of_two_entries_the_one_in_force_counts() -> None:
    expired = replace(ENTRY, acceptance=Acceptance("Bob", "Before.", date(2026, 10, 1)))
    (found,) = Baseline((expired, replace(ENTRY, position=2))).applied([judged_report(violation("app"))])

    assert [one.accepted for one in found.accepted] == [KNOWN]
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    ("reports", "loud"),
    [
        pytest.param([judged_report()], True, id="evaluated, and nothing there"),
        pytest.param([report()], False, id="rule not run"),
        pytest.param(
            [judged_report(failures=(Failure(BedrockModelCmkEncrypted, None, "AccessDenied", "no"),))],
            False,
            id="rule failed",
        ),
        pytest.param([judged_report(), judged_report(violation("app"), region="eu-west-1")], False, id="elsewhere"),
    ],
)
def test_says_what_is_unmatched_only_where_it_was_looked_for(reports: list[Report], *, loud: bool) -> None:
    found = Baseline((ENTRY,)).applied(reports)

    assert bool(found[0].warnings) is loud
    assert all(each.warnings == () for each in found[1:])


def test_says_when_there_is_no_such_rule() -> None:
    entry = replace(ENTRY, rule="bedrock-model-cmk-encrpyted")
    (found,) = Baseline((entry,)).applied([judged_report(violation("app"))])

    assert names((found,)) == []
    (warning,) = found.warnings
    assert "unknown rule 'bedrock-model-cmk-encrpyted' (did you mean 'bedrock-model-cmk-encrypted'" in warning


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_warnings_are_one_line(name: str) -> None:
    entry = replace(ENTRY, resource=name, acceptance=Acceptance(name, name, date(2020, 1, 1)))
    (found,) = Baseline((entry, replace(entry, rule=name))).applied([judged_report()])

    assert len(found.warnings) == 2
    assert all(warning.isprintable() for warning in found.warnings)


@pytest.mark.parametrize(("name", "content"), [("b.toml", TOML), ("b.yaml", YAML), ("b.YML", YAML)])
def test_reads_toml_and_yaml_alike(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert read_baseline(tmp_path / name) == Baseline((ENTRY,))


def test_reads_every_key(tmp_path: Path) -> None:
    file = tmp_path / "b.toml"
    more = 'pattern = "app-*"\naccount = "123456789012"\nregion = "eu-west-1"\n'
    file.write_text(
        TOML.replace('resource = "AROAapp"\n', more).replace("2026-11-01", '"2026-11-01"'), encoding="utf-8"
    )

    assert read_baseline(file).entries == (
        Entry(1, MODELS, "AWS::IAM::Role", KNOWN, None, "app-*", "123456789012", "eu-west-1"),
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("b.json", "{}", "a baseline is a file that ends in .toml, .yaml or .yml", id="another kind"),
        pytest.param("b.toml", "[[accepted", "is no TOML: ", id="broken TOML"),
        pytest.param("b.yaml", "a: [", "is no YAML: ", id="broken YAML"),
        pytest.param("b.yaml", "a: 2026-02-30", "is no YAML: day is out of range", id="no such day in YAML"),
        pytest.param("b.yaml", "!!python/object/apply:os.system [ls]", "is no YAML: ", id="code"),
        pytest.param("b.yaml", "[" * 5000, "is no YAML: ", id="deep YAML"),
        pytest.param("b.toml", "a = " + "[" * 5000, "is no TOML: ", id="deep TOML"),
        pytest.param("b.yaml", "", "a baseline has one list, accepted, and nothing else", id="empty"),
        pytest.param("b.toml", "accepted = 1", "a baseline has one list, accepted, and nothing else", id="no list"),
        pytest.param("b.toml", "accepted = [1]", "entry 1 is no table of keys", id="no table"),
        pytest.param("b.yaml", "accepted: [{1: 2}]", "entry 1 is no table of keys", id="keys that are no texts"),
        pytest.param("b.toml", TOML.replace("owner", "ower"), "unknown key 'ower' (did you mean 'owner'", id="typo"),
        *(
            pytest.param(
                "b.toml", TOML.replace(line, ""), f"entry 1 has no {line.split()[0]}", id=f"no {line.split()[0]}"
            )
            for line in TOML.strip().splitlines()[1:]
            if not line.startswith("resource =")
        ),
        pytest.param("b.toml", TOML.replace('resource = "AROAapp"\n', ""), "either resource or pattern", id="neither"),
        pytest.param("b.toml", TOML + 'pattern = "a"\n', "either resource or pattern", id="both"),
        pytest.param(
            "b.toml", TOML.replace('resource = "AROAapp"', 'pattern = "**?"'), "takes everything", id="everything"
        ),
        pytest.param("b.toml", TOML.replace('"Ada"', '" "'), "entry 1: owner is no text", id="nobody"),
        pytest.param("b.toml", TOML.replace('"Ada"', '"""a\nb"""'), "owner is not one line", id="two lines"),
        pytest.param("b.toml", TOML.replace("Until the migration.", "a" * 501), "reason is not one line", id="long"),
        pytest.param("b.toml", TOML.replace("2026-11-01", "2026-11-01T00:00:00Z"), "expires is not a day", id="moment"),
        pytest.param("b.toml", TOML.replace("2026-11-01", '"never"'), "expires is not a day", id="never"),
        pytest.param("b.toml", TOML.replace("2026-11-01", "true"), "expires is not a day", id="true"),
        pytest.param(
            "b.yaml", f"{YAML}    account: 123456789012", "account is a number; put it in quotes", id="number"
        ),
        pytest.param("b.toml", TOML.replace("Ada", "\x1b[31m"), "is no TOML: ", id="control characters"),
    ],
)
def test_refuses_in_one_line(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(BaselineError) as refused:
        read_baseline(tmp_path / name)

    assert message in str(refused.value)
    assert str(refused.value).isprintable()
    assert name in str(refused.value)


def test_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="No such file"):
        read_baseline(tmp_path / "missing.toml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(BaselineError, match="is no YAML: "):
        read_baseline(tmp_path / "binary.yaml")
    (tmp_path / "large.toml").write_text("#" * (4 * 1024 * 1024 + 1), encoding="utf-8")
    with pytest.raises(BaselineError, match="larger than 4 MiB"):
        read_baseline(tmp_path / "large.toml")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(TOML)),
    cut=st.integers(0, 30),
    text=st.text(max_size=12),
    suffix=st.sampled_from(["toml", "yaml"]),
)
@example(at=0, cut=0, text="accepted: &a [*a]\n#", suffix="yaml")
@example(at=0, cut=0, text="a: 0x\n", suffix="yaml")
@example(at=0, cut=0, text="? []\n: ", suffix="yaml")
@example(at=0, cut=0, text="<<: 1\n", suffix="yaml")
def test_a_file_with_anything_wrong_is_read_or_refused(
    at: int, cut: int, text: str, suffix: str, tmp_path: Path
) -> None:
    content = TOML if suffix == "toml" else YAML
    file = tmp_path / f"baseline.{suffix}"
    file.write_text(content[:at] + text + content[at + cut :], encoding="utf-8", errors="surrogatepass")
    try:
        found = read_baseline(file)
    except BaselineError as refused:
        assert str(refused).isprintable()  # noqa: PT017 - either is right
    else:
        assert all(entry.acceptance.owner and entry.acceptance.reason for entry in found.entries)


@pytest.mark.parametrize(
    "name", [*(name for name in HOSTILE_NAMES if "\ud83d" not in name), 'a"b\\c', "😀\u0085\U000e0001"]
)
def test_a_first_file_is_read_back(name: str, tmp_path: Path) -> None:
    file = tmp_path / "baseline.toml"
    one = replace(judged(name), resource_id=name)
    file.write_text(as_toml([one, judged("role", rule=IAM)], KNOWN), encoding="utf-8")
    first, second = read_baseline(file).entries

    assert first == Entry(1, one.rule_id, one.resource_type, KNOWN, name, None, "123456789012", "us-east-1")
    assert (second.rule, second.account, second.region) == (BedrockInvokeLeastPrivilege.id, "123456789012", None)


def test_a_first_file_is_for_people_to_review() -> None:
    text = as_toml([judged("app")], KNOWN)

    assert text.startswith("# Known violations that somebody accepts until a day;")
    assert "\n# HIGH app: It is bad.\n[[accepted]]\n" in text


def test_half_a_surrogate_pair_cannot_be_written() -> None:
    with pytest.raises(UnwritableError, match=r"U\+D83D"):
        as_toml([replace(judged("app"), resource_id="half \ud83d pair")], KNOWN)
