"""Synthesising the CDK app with the settings it ships with, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT = 300
PREFIX = "ai-config"
"""What the names of everything deployed begin with, unless settings say something else."""


class SynthesisError(Exception):
    """The CDK app could not be synthesised; the message is what it said last."""


def synthesise(folder: Path, regions: Sequence[str]) -> Path:
    """
    Return the cloud assembly of the app for these Regions, written below `folder`.

    Runbooks are deployed as well, and somebody is told. Everything else is as the app ships; the rules on IAM are in
    the first Region.
    """
    if find_spec("aws_cdk") is None:
        raise SynthesisError("the AWS CDK is not installed; `make rehearse` installs it and rehearses")
    assembly, settings = folder / "cdk.out", folder / "settings.toml"
    lines = (
        f"regions = {json.dumps(list(regions))}",
        f'globalRegion = "{regions[0]}"',
        "[alerts]",
        'emails = ["security@example.com"]',
        "[remediation]",
        "enabled = true",
    )
    settings.write_text("\n".join(lines), encoding="utf-8")
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8")).get("context", {})
    environment = os.environ | {
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context | {"settings": str(settings)}),
    }
    done = subprocess.run(
        [sys.executable, "-m", "cdk.app"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SynthesisError(said[-1] if said else f"the app ended with status {done.returncode}")
    return assembly
