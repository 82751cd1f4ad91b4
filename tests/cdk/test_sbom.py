import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import distribution, version
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from cdk import bundle
from cdk.bundle import LOCK, Bundle, BundleError, locked_versions
from cdk.sbom import EMBEDDED, PROJECT, Embedded, bill_of_materials, licenses, main
from rules.engine.clients import SERVICES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return bundle.build(SERVICES, tmp_path_factory.mktemp("bundle") / "lambda.zip")


@pytest.fixture(scope="module")
def bill(built: Bundle) -> str:
    return bill_of_materials(built.path, built.digest)


def holders(bill: str) -> list[dict[str, Any]]:
    read = json.loads(bill)
    return [read["metadata"]["component"], *read["components"]]


def files(bill: str) -> Iterator[tuple[str, str]]:
    for holder in holders(bill):
        for file in holder["components"]:
            (found,) = file["hashes"]
            yield file["name"], found["content"]


def test_is_cyclonedx(bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def test_every_file_of_the_zip_belongs_to_one_component(built: Bundle, bill: str) -> None:
    with zipfile.ZipFile(built.path) as archive:
        wanted = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}

    assert dict(files(bill)) == wanted
    assert max(Counter(name for name, _ in files(bill)).values()) == 1


def test_every_locked_package_is_there_with_version_licence_and_the_hashes_of_the_lock(bill: str) -> None:
    found = {holder["name"]: holder for holder in holders(bill) if "purl" in holder}

    assert {name: holder["version"] for name, holder in found.items()} == locked_versions()
    for name, holder in found.items():
        assert holder["purl"] == f"pkg:pypi/{name}@{holder['version']}"
        assert holder["licenses"]
        hashes = {each["value"] for each in holder["properties"]}
        assert hashes
        assert all(f"--hash={each}" in LOCK.read_text(encoding="utf-8") for each in hashes)


def test_own_code_is_under_the_project_and_names_the_asset(built: Bundle, bill: str) -> None:
    own = holders(bill)[0]

    assert own["name"] == PROJECT
    assert {file["name"].partition("/")[0] for file in own["components"]} == {"rules"}
    assert own["properties"] == [{"name": f"{PROJECT}:assetHash", "value": built.digest}]


@pytest.mark.parametrize("part", EMBEDDED, ids=lambda part: part.start)
def test_what_others_made_within_a_package_is_a_component_of_its_own(part: Embedded, bill: str) -> None:
    (found,) = [holder for holder in holders(bill) if holder["bom-ref"] == f"{part.name} in {part.start}"]

    assert found["components"]
    assert all(file["name"].startswith(part.start) for file in found["components"])


@pytest.mark.parametrize("name", ["requests", "urllib3", "MPL"])
def test_what_botocore_says_it_carries_is_listed(name: str) -> None:
    (notice,) = [file for file in distribution("botocore").files or () if file.name == "NOTICE"]

    assert name in notice.read_text()
    assert [part for part in EMBEDDED if part.start.startswith("botocore/") and name in part.name + part.license]


def test_equal_zips_have_equal_bills(built: Bundle, bill: str, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    copyfile(built.path, again)

    assert bill_of_materials(again, built.digest) == bill
    assert "timestamp" not in json.loads(bill)["metadata"]


def test_refuses_a_file_that_nothing_accounts_for(built: Bundle, tmp_path: Path) -> None:
    stray = tmp_path / "stray.zip"
    copyfile(built.path, stray)
    with zipfile.ZipFile(stray, "a") as archive:
        archive.writestr("sitecustomize.py", "import os")

    with pytest.raises(BundleError, match=r"sitecustomize\.py is in stray\.zip, but in no package of lambda\.txt"):
        bill_of_materials(stray, built.digest)


def test_refuses_a_package_without_a_licence_in_spdx_words(built: Bundle, tmp_path: Path) -> None:
    lock = tmp_path / "lambda.txt"
    lock.write_text(f"sympy=={version('sympy')}\n", encoding="utf-8")

    with pytest.raises(BundleError, match="sympy states no licence in SPDX's words; say which it is in"):
        bill_of_materials(built.path, built.digest, lock)


def test_licences_name_everything_that_others_made(bill: str) -> None:
    assert sorted(name for name, _, _ in licenses()) == sorted(holder["name"] for holder in holders(bill)[1:])


def test_the_command_writes_the_bill_beside_the_zip(
    bill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(tmp_path / "sbom.json")

    written = (tmp_path / "sbom.json").read_text(encoding="utf-8")
    assert dict(files(written)).keys() == dict(files(bill)).keys()
    assert (tmp_path / "lambda.zip").is_file()
    assert capsys.readouterr().out == f"{tmp_path / 'sbom.json'}\n"


def test_the_command_ends_in_one_line(tmp_path: Path) -> None:
    lock = tmp_path / "lambda.txt"
    lock.write_text("no-such-package==1.0\n", encoding="utf-8")

    with pytest.raises(SystemExit, match=r"ai-config-rules: no-such-package 1\.0 is locked but not installed"):
        main(tmp_path / "sbom.json", lock)
