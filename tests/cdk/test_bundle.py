import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copytree

import pytest

from cdk import bundle
from cdk.bundle import BundleError
from rules.engine.catalogue import all_rules
from rules.engine.clients import SERVICES

FEW = ("s3",)

IMPORT = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
found = {}
for module in json.loads(sys.argv[2]):
    loaded = importlib.import_module(module)
    found[module] = [callable(loaded.handler), loaded.__file__.startswith(sys.argv[1])]
import rdklib.util.evaluations
found["rdklib"] = rdklib.util.evaluations.process_evaluations.__module__
print(json.dumps(found))
"""

CLIENTS = """
import json, sys
sys.path.insert(0, sys.argv[1])
import boto3
session = boto3.session.Session("a", "b", region_name="us-east-1")
made = {name: session.client(name).meta.service_model.service_name for name in json.loads(sys.argv[2])}
made["paginator"] = session.client("iam").can_paginate("list_roles")
made["regions"] = "us-gov-west-1" in session.get_available_regions("sts", partition_name="aws-us-gov")
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> bundle.Bundle:
    return bundle.build(SERVICES, tmp_path_factory.mktemp("bundle") / "lambda.zip")


@pytest.fixture(scope="module")
def unpacked(built: bundle.Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(built.path) as archive:
        archive.extractall(folder)
    return folder


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def in_clean_interpreter(program: str, unpacked: Path, argument: object) -> object:
    """Run a program that sees the standard library and the bundle, and nothing that is installed here."""
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", "-c", program, str(unpacked), json.dumps(argument)],
        check=True,
        capture_output=True,
        text=True,
        cwd=unpacked,
        env={"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true"},
    )
    return json.loads(answer.stdout)


def test_equal_inputs_give_an_equal_file(built: bundle.Bundle, tmp_path: Path) -> None:
    again = bundle.build(SERVICES, tmp_path / "again.zip")

    assert again.digest == built.digest
    assert again.path.read_bytes() == built.path.read_bytes()


def test_a_changed_rule_changes_the_digest(built: bundle.Bundle, tmp_path: Path) -> None:
    copytree(bundle.RULES, tmp_path / "rules")
    (tmp_path / "rules" / "engine" / "duties.py").write_text("", encoding="utf-8")

    changed = bundle.build(SERVICES, tmp_path / "changed.zip", rules=tmp_path / "rules")

    assert changed.digest != built.digest


def test_holds_the_rules_and_the_locked_packages_and_nothing_else(built: bundle.Bundle) -> None:
    names = names_in(built.path)

    assert {name.split("/")[0] for name in names} == {
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "rdklib",
        "rules",
        "s3transfer",
        "six.py",
        "urllib3",
    }
    assert names == sorted(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc") or "/test" in name]


def test_holds_the_newest_model_of_each_service_in_use(built: bundle.Bundle) -> None:
    models = [name.split("/") for name in names_in(built.path) if name.startswith("botocore/data/")]
    versions = {(path[2], path[3]) for path in models if len(path) == 5}

    assert {service for service, _ in versions} == {*SERVICES, "config", "sts"}
    assert len(versions) == len({service for service, _ in versions})
    assert ("ec2", "2016-11-15") in versions


def test_is_small(built: bundle.Bundle) -> None:
    assert built.size == built.path.stat().st_size <= 6_000_000


def test_files_are_readable_by_whoever_lambda_runs_as(built: bundle.Bundle) -> None:
    with zipfile.ZipFile(built.path) as archive:
        modes = {entry.external_attr >> 16 for entry in archive.infolist()}

    assert modes == {0o100644}


@pytest.mark.slow
def test_every_handler_imports_from_the_bundle_alone(unpacked: Path) -> None:
    delivery = ("alerter", "forwarder", "reconciler", "watchdog")
    modules = [*(rule.module for rule in all_rules()), *(f"rules.delivery.{name}" for name in delivery)]

    found = in_clean_interpreter(IMPORT, unpacked, modules)

    assert found == {module: [True, True] for module in modules} | {"rdklib": "rdklib.util.external"}


@pytest.mark.slow
def test_every_service_makes_a_client_from_the_bundle_alone(unpacked: Path) -> None:
    made = in_clean_interpreter(CLIENTS, unpacked, [*SERVICES])

    assert made == {name: name for name in SERVICES} | {"paginator": True, "regions": True}


def test_refuses_a_bundle_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LARGEST", 1000)

    with pytest.raises(BundleError, match=r"^the bundle has [\d,]+ bytes, at most 1,000 are wanted"):
        bundle.build(FEW, tmp_path / "lambda.zip")


def test_refuses_a_service_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"^the locked botocore has no model of dreams$"):
        bundle.build(["dreams"], tmp_path / "lambda.zip")


def lock_in(folder: Path, text: str) -> Path:
    lock = folder / "lambda.txt"
    lock.write_text(text, encoding="utf-8")
    return lock


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        ("boto3==1.0.0 \\\n", r"^boto3 1\.0\.0 is locked but \d+\.\d+\.\d+ is installed; install it again"),
        ("botocore-dreams==1.0.0 \\\n", r"^botocore-dreams 1\.0\.0 is locked but not installed; install it again"),
        ("# nothing\n", r"^lambda\.txt locks no package"),
    ],
    ids=["another version", "not installed", "empty lock"],
)
def test_refuses_packages_that_are_not_the_locked_ones(tmp_path: Path, lock: str, message: str) -> None:
    with pytest.raises(BundleError, match=message):
        bundle.build(FEW, tmp_path / "lambda.zip", lock=lock_in(tmp_path, lock))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a small rdklib where packages are looked for first, and a lock that asks for it."""
    site = tmp_path / "site"
    content = b"answer = 42\n"
    recorded = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    for name, text in {
        "rdklib/__init__.py": content,
        "rdklib-9.dist-info/METADATA": b"Metadata-Version: 2.1\nName: rdklib\nVersion: 9\n",
        "rdklib-9.dist-info/RECORD": f"rdklib/__init__.py,sha256={recorded},12\nrdklib-9.dist-info/RECORD,,\n".encode(),
        "botocore/data/config/2014/service-2.json": content,
        "botocore/data/sts/2011/service-2.json": content,
        "botocore-9.dist-info/METADATA": b"Metadata-Version: 2.1\nName: botocore\nVersion: 9\n",
        "botocore-9.dist-info/RECORD": (
            f"botocore/data/config/2014/service-2.json,sha256={recorded},12\n"
            f"botocore/data/sts/2011/service-2.json,sha256={recorded},12\n"
        ).encode(),
    }.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    lock_in(tmp_path, "rdklib==9 \\\nbotocore==9 \\\n")
    monkeypatch.syspath_prepend(str(site))
    return site


def built_from(site: Path) -> bundle.Bundle:
    rules = site.parent / "rules"
    (rules / "__pycache__").mkdir(parents=True)
    (rules / "__pycache__" / "one.pyc").write_bytes(b"")
    (rules / ".hidden").write_bytes(b"")
    (rules / "one.py").write_bytes(b"")
    return bundle.build((), site.parent / "small.zip", lock=site.parent / "lambda.txt", rules=rules)


def test_takes_what_is_installed(installed: Path) -> None:
    assert names_in(built_from(installed).path) == [
        "botocore/data/config/2014/service-2.json",
        "botocore/data/sts/2011/service-2.json",
        "rdklib/__init__.py",
        "rules/one.py",
    ]


@pytest.mark.parametrize("damage", ["edited", "deleted"])
def test_refuses_a_file_that_is_not_as_it_was_installed(installed: Path, damage: str) -> None:
    file = installed / "rdklib" / "__init__.py"
    if damage == "edited":
        file.write_bytes(b"answer = 41\n")
    else:
        file.unlink()

    with pytest.raises(BundleError, match=r"^rdklib/__init__\.py is not the file that rdklib 9 came with"):
        built_from(installed)


def test_refuses_the_module_that_silences_reporting(installed: Path) -> None:
    internal = installed / "rdklib" / "util" / "internal.py"
    internal.parent.mkdir()
    internal.write_bytes(b"")

    with pytest.raises(BundleError, match=r"^rdklib/util/internal\.py is installed and would silence PutEvaluations"):
        built_from(installed)


def test_says_nothing_in_a_pipe(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bundle.build(FEW, tmp_path / "lambda.zip")

    assert capfd.readouterr() == ("", "")


def test_shows_progress_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    bundle.build(FEW, tmp_path / "lambda.zip")

    assert "bundling 1 of " in capsys.readouterr().err
