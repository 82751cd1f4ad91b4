import json
from pathlib import Path
from typing import Any

import pytest

from cli.organization_policies import PolicyFileError, surroundings_from
from rules.permissions.layers import ALONE
from rules.permissions.principal import PolicyKind
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow, deny


def written(path: Path, *statements: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), encoding="utf-8")
    return path


def test_without_files_there_is_nothing_around() -> None:
    assert surroundings_from([], []) == ALONE


def test_a_denial_stands_beside_the_full_access_that_aws_attaches(tmp_path: Path) -> None:
    ((denial, full),) = surroundings_from([written(tmp_path / "no-models.json", deny("bedrock:*"))], []).service_control

    assert (denial.name, denial.kind) == ("no-models", PolicyKind.SERVICE_CONTROL)
    assert (full.name, full.document.statements[0].actions) == ("FullAWSAccess", ("*",))


def test_a_policy_that_allows_takes_the_place_of_full_access(tmp_path: Path) -> None:
    files = [written(tmp_path / "a.json", allow(INVOKE, MODEL_A)), written(tmp_path / "b.json", deny("s3:*"))]

    (level,) = surroundings_from(files, []).service_control

    assert [policy.name for policy in level] == ["a", "b"]


def test_reads_resource_control_policies(tmp_path: Path) -> None:
    path = written(tmp_path / "models.json", deny("bedrock:*", Principal="*"))

    (policy,) = surroundings_from([], [path]).resource_control

    assert (policy.name, policy.kind) == ("models", PolicyKind.RESOURCE_CONTROL)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"{", "The policy document is not JSON: ", id="no JSON"),
        pytest.param(b"{}", "The policy document has no Statement element.", id="no policy"),
        pytest.param(b"\xff", "it is not UTF-8 text", id="no text"),
        pytest.param(None, "No such file or directory", id="no file"),
    ],
)
def test_refuses_what_is_no_policy(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "policy.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(PolicyFileError) as error:
        surroundings_from([path], [])

    assert str(error.value).startswith(f"{str(path)!r}: {reason}")
