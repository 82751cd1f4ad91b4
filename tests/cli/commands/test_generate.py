from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from cdk.managed.groups import GROUPS
from cli.documents.generated import Generated
from cli.documents.overview import BEGIN, END
from cli.main import program
from rules.engine.catalogue import all_rules

ROOT = Path(__file__).parents[3]
README = f"# Title\n\n{BEGIN}\nold\n{END}\n\nLast words.\n"
PAGE = "docs/rules/bedrock-model-cmk-encrypted.md"

runner = CliRunner()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a repository in which everything was generated once."""
    tmp_path.joinpath("README.md").write_text(README, encoding="utf-8")
    generate(tmp_path)
    return tmp_path


def generate(root: Path, *arguments: str) -> Result:
    return runner.invoke(program, ["generate", "--root", str(root), *arguments])


def contents(root: Path) -> dict[str, str]:
    files = (file for file in root.rglob("*") if file.is_file())
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}


def test_writes_pack_pages_index_and_table(clone: Path) -> None:
    assert set(contents(clone)) == {
        "README.md",
        "conformance-pack.yaml",
        "docs/duties.md",
        "docs/frameworks.md",
        "docs/rules/README.md",
        *(f"docs/rules/{rule.id}.md" for rule in all_rules()),
    }


def test_keeps_what_surrounds_the_table_in_the_readme(clone: Path) -> None:
    text = clone.joinpath("README.md").read_text(encoding="utf-8")

    assert text.startswith(f"# Title\n\n{BEGIN}\n\n| Duty | Rule | Severity |")
    assert text.endswith(f" |\n\n{END}\n\nLast words.\n")
    assert "\nold\n" not in text
    for rule in all_rules():
        assert f"[{rule.id}](docs/rules/{rule.id}.md)" in text


def test_links_lead_to_pages(clone: Path) -> None:
    index = clone.joinpath("docs/rules/README.md").read_text(encoding="utf-8")
    for rule in all_rules():
        assert f"[{rule.id}]({rule.id}.md)" in index
        assert f"## {rule.duty.title}" in index


def test_the_pack_has_every_rule(clone: Path) -> None:
    pack = yaml.safe_load(clone.joinpath("conformance-pack.yaml").read_text(encoding="utf-8"))

    names = {resource["Properties"]["ConfigRuleName"] for resource in pack["Resources"].values()}
    assert names == {rule.id for rule in all_rules()} | {rule.name for group in GROUPS for rule in group.rules}


def test_is_deterministic(clone: Path) -> None:
    before = contents(clone)
    result = generate(clone)

    assert contents(clone) == before
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)


def test_check_passes_what_is_current(clone: Path) -> None:
    result = generate(clone, "--check")

    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)


def test_check_shows_what_differs_and_writes_nothing(clone: Path) -> None:
    page = clone / PAGE
    page.write_text(page.read_text(encoding="utf-8").replace("- Severity: high", "- Severity: low"), encoding="utf-8")
    clone.joinpath("conformance-pack.yaml").unlink()
    before = contents(clone)
    result = generate(clone, "--check")

    assert result.exit_code == 1
    assert (
        "--- docs/rules/bedrock-model-cmk-encrypted.md\n+++ docs/rules/bedrock-model-cmk-encrypted.md\n"
        in result.stdout
    )
    assert "\n-- Severity: low\n+- Severity: high\n" in result.stdout
    assert "--- /dev/null\n+++ conformance-pack.yaml\n" in result.stdout
    assert result.stderr == "Generated files are not current; run: ai-config-rules generate\n"
    assert contents(clone) == before


def test_pages_of_rules_that_are_gone_are_reported_then_removed(clone: Path) -> None:
    stale = clone / "docs/rules/bedrock-old-rule.md"
    stale.write_text("Old.\n", encoding="utf-8")
    checked = generate(clone, "--check")
    written = generate(clone)

    assert checked.exit_code == 1
    assert "--- docs/rules/bedrock-old-rule.md\n+++ /dev/null\n" in checked.stdout
    assert written.stderr == "written or removed: docs/rules/bedrock-old-rule.md\n"
    assert not stale.exists()


def test_a_readme_without_markers_is_left_alone(tmp_path: Path) -> None:
    tmp_path.joinpath("README.md").write_text(f"{BEGIN}\n", encoding="utf-8")
    result = generate(tmp_path)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"ai-config-rules: README.md needs the lines {BEGIN} and {END}")
    assert contents(tmp_path) == {"README.md": f"{BEGIN}\n"}


def test_what_is_no_clone_is_refused(tmp_path: Path) -> None:
    result = generate(tmp_path)

    assert result.exit_code == 2
    assert "allowed: a clone of the repository, with its README.md" in result.stderr


def test_the_repository_is_current() -> None:

    assert Generated.of(all_rules(), ROOT).differences() == ""


def test_prints_the_pack_of_an_account_with_its_settings_filled_in(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        'prefix = "audit"\nrules.include = ["bedrock-model-cmk-encrypted"]\nparameters.requireRotation = false\n'
        'managedRules.include = ["keys"]\n',
        encoding="utf-8",
    )
    result = runner.invoke(program, ["generate", "--pack-for", "111122223333/cn-north-1", "--settings", str(settings)])
    pack = yaml.safe_load(result.stdout)

    rule, *managed = pack["Resources"].values()
    assert result.exit_code == 0
    assert rule["Properties"]["Source"]["SourceIdentifier"] == (
        "arn:aws-cn:lambda:cn-north-1:111122223333:function:audit-bedrock-model-cmk-encrypted"
    )
    assert rule["Properties"]["InputParameters"] == {"requireRotation": "false"}
    assert [each["Properties"]["Source"]["SourceIdentifier"] for each in managed] == [
        "CMK_BACKING_KEY_ROTATION_ENABLED",
        "KMS_CMK_NOT_SCHEDULED_FOR_DELETION",
    ]
    assert "Parameters" not in pack


@pytest.mark.parametrize("place", ["", "111122223333", "1111/eu-central-1", "111122223333/nowhere"])
def test_refuses_a_pack_for_no_place(place: str) -> None:
    result = runner.invoke(program, ["generate", "--pack-for", place])

    assert result.exit_code == 2
    assert "allowed: a 12-digit account id and a Region, such as 123456789012/eu-central-1" in result.stderr


def test_settings_are_for_a_pack_of_an_account_only() -> None:
    result = runner.invoke(program, ["generate", "--settings", "/dev/null"])

    assert result.exit_code == 2
    assert "--settings is for --pack-for" in result.stderr
