"""Files and settings that people give: taken, or refused in one line that names them; nothing is left half written."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk.given import SettingsError
from cdk.settings import KEYS, read_settings
from cli.baseline import BaselineError, read_baseline
from cli.formats.registry import render
from cli.main import program
from cli.terminal import PLAIN
from rules.engine.catalogue import all_rules
from tests.cli.reports import EVERYTHING
from tests.fuzz.budget import examples
from tests.fuzz.limits import at_most
from tests.fuzz.odd_values import as_text, changed, odd_values

if TYPE_CHECKING:
    from pathlib import Path

REPORT: Final = json.loads(render("json", [EVERYTHING], PLAIN))
BASELINE: Final = {
    "accepted": [
        {
            "rule": "bedrock-model-cmk-encrypted",
            "resourceType": "AWS::Bedrock::CustomModel",
            "pattern": "a*",
            "account": "123456789012",
            "owner": "Ada",
            "reason": "Until the migration.",
            "expires": "2027-03-31",
        }
    ]
}
MEGABYTES: Final = 10 * 1024 * 1024
LONGEST: Final = 5_000
"""Characters; a refused rule id is told beside all that there are."""
USED_WRONGLY: Final = 2

ODD_FILES: Final = {
    "empty": b"",
    "binary": bytes(range(256)) * 16,
    "UTF-16": "accepted = []".encode("utf-16"),
    "a byte order mark alone": b"\xef\xbb\xbf",
    "no UTF-8": b'{"schemaVersion": "\xff"}',
    "line ends of Windows": b"[\r\n",
    "10 MB of zeros": b"\0" * MEGABYTES,
    "10 MB of brackets": b"[" * MEGABYTES,
    "10 MB of digits": b"9" * MEGABYTES,
    "10 MB of spaces": b" " * MEGABYTES,
    "10 MB in one text": b'"' + b"x" * MEGABYTES + b'"',
    "10 MB in one key": b"x" * MEGABYTES + b" = 1",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@given(st.data())
@examples(75)
def test_a_changed_report_is_compared_or_refused(folder: Path, data: st.DataObject) -> None:
    old, new, output = folder / "old.json", folder / "new.json", folder / "changes.md"
    old.write_text(json.dumps(REPORT), encoding="utf-8")
    new.write_text(data.draw(as_text(data.draw(changed(REPORT)))), encoding="utf-8", errors="surrogatepass")
    form = data.draw(st.sampled_from(("table", "json", "markdown")))
    output.unlink(missing_ok=True)
    status, said = run("diff", str(old), str(new), "--format", form, "--output", str(output), "--quiet")
    assert status in (0, USED_WRONGLY, 3)
    assert output.exists() is (status != USED_WRONGLY)
    if status == USED_WRONGLY:
        require_one_line(said, "new.json")


@given(st.data())
@examples(50)
def test_a_changed_report_becomes_a_baseline_or_is_refused(folder: Path, data: st.DataObject) -> None:
    report, output = folder / "report.json", folder / "baseline.toml"
    report.write_text(data.draw(as_text(data.draw(changed(REPORT)))), encoding="utf-8", errors="surrogatepass")
    output.unlink(missing_ok=True)
    options = ("--owner", "Ada", "--reason", "Until then.", "--expires", "9999-12-31", "--quiet")
    status, said = run("baseline", str(report), "--output", str(output), *options)
    if status:
        assert status == USED_WRONGLY
        require_one_line(said)
        assert not output.exists()
    else:
        assert read_baseline(output).entries


@given(st.data(), st.sampled_from((".yaml", ".toml")))
@examples(40)
def test_a_changed_baseline_is_taken_or_refused(folder: Path, data: st.DataObject, kind: str) -> None:
    path = folder / f"known{kind}"
    given_ = data.draw(changed(BASELINE))
    text = data.draw(as_text(given_)) if kind == ".yaml" else data.draw(damaged(AS_TOML))
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        with at_most(30):
            read_baseline(path)
    except BaselineError as error:
        refusal = str(error)
    else:
        return
    require_one_line(refusal, path.name)


@given(st.data())
@examples(75)
def test_a_changed_settings_file_is_taken_or_refused(folder: Path, data: st.DataObject) -> None:
    path = folder / "settings.toml"
    path.write_text(data.draw(damaged(SETTINGS)), encoding="utf-8", errors="surrogatepass")
    require_settings(file=path)


@given(st.dictionaries(st.sampled_from(KEYS).map("ai-config:{}".format), odd_values(), max_size=3))
@examples(100)
def test_settings_of_any_kind_are_taken_or_refused(folder: Path, context: dict[str, object]) -> None:
    path = folder / "empty.toml"
    path.touch()
    require_settings(file=path, context=context)


@pytest.mark.parametrize("content", ODD_FILES.values(), ids=ODD_FILES)
def test_an_odd_file_is_refused_by_everything_that_reads_one(tmp_path: Path, content: bytes) -> None:
    for name in ("report.json", "known.toml", "known.yaml"):
        (tmp_path / name).write_bytes(content)
    require_refusals(tmp_path)


@pytest.mark.parametrize("kind", ["a folder", "a link to itself", "not there"])
def test_what_is_no_file_is_refused_by_everything_that_reads_one(tmp_path: Path, kind: str) -> None:
    for name in ("report.json", "known.toml", "known.yaml"):
        if kind == "a folder":
            (tmp_path / name).mkdir()
        elif kind == "a link to itself":
            (tmp_path / name).symlink_to(tmp_path / name)
    require_refusals(tmp_path)


AS_TOML: Final = "[[accepted]]\n" + "\n".join(f"{key} = {value!r}" for key, value in BASELINE["accepted"][0].items())
SETTINGS: Final = """\
prefix = "ai-config"
logRetentionDays = 365
regions = ["us-east-1", "eu-central-1"]
globalRegion = "us-east-1"
securityHub = true
[alerts]
minimumSeverity = "high"
emails = ["security@example.com"]
[rules]
include = ["logging", "bedrock-model-cmk-encrypted"]
exclude = []
[parameters]
trustedAccounts = ["111122223333"]
exemptTag = "ai-config=exempt"
[parameters.bedrock-model-cmk-encrypted]
requireRotation = true
[managedRules]
include = ["bedrock"]
"""
PIECES: Final = ("", "=", "\n", '"', "[", "]", "[[", "'''", '"""', "#", "\\u0000", "\0", "\ufeff", "1979-05-27", "nan")
MORE_PIECES: Final = ("true", "{}", "0x10", "1_0", "-", "inf", "\r\n", "é", "\u202e", "9" * 5_000, "[" * 5_000, "a.b.c")


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """Return a text with some of its parts replaced."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 20)))
        text = text[:start] + draw(st.sampled_from((*PIECES, *MORE_PIECES)) | st.text(max_size=5)) + text[end:]
    return text


def require_settings(*, file: Path, context: dict[str, object] | None = None) -> None:
    """Require the settings to be read, or to be refused in one line."""
    try:
        with at_most(5):
            read_settings(all_rules(), file=file, context=context or {})
    except SettingsError as error:
        refusal = str(error)
    else:
        return
    require_one_line(refusal)


def require_refusals(folder: Path) -> None:
    """Require each command to refuse each of the files in one line that names it."""
    report = str(folder / "report.json")
    options = ("--owner", "Ada", "--reason", "Until then.", "--expires", "9999-12-31")
    for arguments in (("diff", report, report), ("baseline", report, *options)):
        status, said = run(*arguments)
        assert status == USED_WRONGLY
        require_one_line(said, "report.json")
    for name in ("known.toml", "known.yaml"):
        with at_most(20), pytest.raises(BaselineError) as refused:
            read_baseline(folder / name)
        require_one_line(str(refused.value), name)


def run(*arguments: str) -> tuple[int, str]:
    """Return the exit status of the program and what it said on standard error."""
    said = StringIO()
    with redirect_stdout(StringIO()), redirect_stderr(said), at_most(20):
        try:
            program.main(list(arguments))
        except SystemExit as end:
            return int(end.code or 0), said.getvalue()
    raise AssertionError("the program ends by exiting")


def require_one_line(said: str, *names: str) -> None:
    """Require a message to be one that a person reads, and to name what it is about."""
    (line,) = said.splitlines()
    assert line.isprintable()
    assert len(line) <= LONGEST
    assert all(name in line for name in names)
