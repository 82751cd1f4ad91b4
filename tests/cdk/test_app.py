import json
import subprocess
from pathlib import Path

import pytest

from cdk import bundle
from cdk.bundle import Bundle

pytestmark = pytest.mark.slow


def test_synthesises_the_settings_of_the_context(audit_settings: Path, tmp_path: Path) -> None:
    from cdk import app  # noqa: PLC0415 - starts Node

    context = {"settings": str(audit_settings), "ai-config:prefix": "given"}

    app.main(app.new_app(tmp_path / "out", **context))

    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["artifacts"]["given-us-gov-west-1"]
    assert stack["environment"] == "aws://unknown-account/us-gov-west-1"
    assert stack["properties"]["stackName"] == "given"


def test_ends_in_one_line_when_a_setting_is_wrong(tmp_path: Path) -> None:
    from cdk import app  # noqa: PLC0415 - starts Node

    with pytest.raises(SystemExit) as caught:
        app.main(app.new_app(tmp_path / "out", **{"ai-config:prefx": "given"}))

    message = str(caught.value)
    assert message.startswith("ai-config-rules: CDK context: prefx: unknown key 'prefx' (did you mean 'prefix'?)")
    assert "\n" not in message


def test_the_pinned_command_line_synthesises_without_credentials(tmp_path: Path) -> None:
    environment = {
        "PATH": f"{bundle.ROOT}/.venv/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        # Where the CDK's packages are unpacked, which takes most of a minute and depends on no home.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path.home() / ".cache" / "aws" / "jsii" / "package-cache"),
    }

    subprocess.run(  # noqa: S603 - our own command line
        [
            f"{bundle.ROOT}/node_modules/.bin/cdk",
            *("synth", "--quiet", "--output", str(tmp_path / "out")),
            *("--context", "ai-config:prefix=audit"),
        ],
        check=True,
        cwd=bundle.ROOT,
        env=environment,
        capture_output=True,
    )

    assert (tmp_path / "out" / "audit.template.json").is_file()


def test_the_asset_of_a_function_is_the_bundle(tmp_path: Path, small_bundle: Bundle) -> None:
    from cdk.app import add_stacks, new_app  # noqa: PLC0415 - starts Node
    from cdk.settings import read_settings  # noqa: PLC0415 - beside the others
    from tests.cdk.example_rules import RULES  # noqa: PLC0415 - beside the others

    app = new_app(tmp_path)
    add_stacks(app, read_settings(RULES), small_bundle)
    app.synth()

    assets = json.loads((tmp_path / "ai-config.assets.json").read_text(encoding="utf-8"))["files"]
    (asset,) = [found for name, found in assets.items() if found["source"]["path"].endswith(".zip")]
    assert (tmp_path / asset["source"]["path"]).read_bytes() == small_bundle.path.read_bytes()
