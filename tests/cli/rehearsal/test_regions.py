"""Processes of Regions, and what becomes of them when something fails."""

import json
from collections.abc import Sequence
from multiprocessing import active_children
from pathlib import Path

import pytest

from cli.rehearsal.deployment import DeploymentError
from cli.rehearsal.regions import RegionError, rehearsed
from cli.rehearsal.synthesis import SynthesisError

pytestmark = pytest.mark.slow


def empty(folder: Path, _: Sequence[str]) -> Path:
    assembly = folder / "cdk.out"
    assembly.mkdir()
    (assembly / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": {}}))
    return assembly


def refused(_: Path, regions: Sequence[str]) -> Path:
    raise SynthesisError(f"no stacks for {', '.join(regions)}")


def killing(folder: Path, _: Sequence[str]) -> Path:
    for process in active_children():
        process.kill()
        process.join()
    return folder


def test_an_assembly_that_cannot_be_deployed_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="no stack for us-east-1"):
        rehearsed(["us-east-1"], tmp_path, empty, quiet=True)
    assert not active_children()


def test_stacks_that_cannot_be_synthesised_end_the_processes(tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match="no stacks for us-east-1, eu-central-1"):
        rehearsed(["us-east-1", "eu-central-1"], tmp_path, refused, quiet=True)
    assert not active_children()


def test_a_process_that_ends_early_is_no_rehearsal(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="the process of us-east-1 has ended early"):
        rehearsed(["us-east-1"], tmp_path, killing, quiet=True)
