"""
The zip that every function runs from: the rules and the packages that they are locked to, built without docker.

The packages are copied from the running environment, where `requirements/lambda.txt` put them.
botocore's service models are trimmed to the services in use: whole, they are ten times the rest.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from importlib.metadata import PackagePath

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "lambda.txt"
RULES = ROOT / "rules"
TARGET = ROOT / "build" / "lambda.zip"

LARGEST = 6_000_000
"""Bytes of the zip above which a forgotten trim is likelier than a new need."""

ALWAYS = frozenset({"config", "sts"})
"""Services that reporting itself speaks to."""

LEFT_OUT = (
    "rdklibtest/",
    "boto3/examples/",
    "boto3/data/",  # models of boto3.resource(), which nothing here uses
)
DOCUMENTATION = ("examples-", "completions-")
"""Beginnings of botocore's model files that only its documentation and the AWS CLI read."""

REPAIR = "install it again with: make clean demo"

SILENT = "rdklib/util/internal.py"
"""
rdklib prefers this module to its real reporting when it is there, and then PutEvaluations is never called
(https://github.com/awslabs/aws-config-rdklib/issues/68). The wheel on PyPI does not have it.
"""

# Zip files hold local times from 1980 on; one fixed time makes equal contents equal files.
TIME = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16


class BundleError(Exception):
    """The zip cannot be built from what is installed; the message is one line that says what to do."""


@dataclass(frozen=True)
class Bundle:
    """A built zip: where it is, the SHA-256 of its names and contents, and its size in bytes."""

    path: Path
    digest: str
    size: int


def build(services: Collection[str], target: Path = TARGET, *, lock: Path = LOCK, rules: Path = RULES) -> Bundle:
    """
    Write the zip with the models of `services` to `target`.

    Equal inputs give an equal digest on every machine and, with the same zlib, an equal file.
    Raises BundleError when what is installed is not what is locked, or when the zip is larger than 6 MB.
    """
    files = dict(sorted(_contents(services, lock, rules).items()))
    zipped = _zipped(files)
    if len(zipped) > LARGEST:
        raise BundleError(
            f"the bundle has {len(zipped):,} bytes, at most {LARGEST:,} are wanted; trim it in cdk/bundle.py"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    unfinished.write_bytes(zipped)
    unfinished.replace(target)
    return Bundle(target, _digest(files), len(zipped))


def locked_versions(lock: Path = LOCK) -> dict[str, str]:
    """Return the name and version of every package in a requirements file; raises BundleError if there is none."""
    found = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
    if not found:
        raise BundleError(f"{lock.name} locks no package; write it with: make lock")
    return found


def _contents(services: Collection[str], lock: Path, rules: Path) -> dict[str, bytes]:
    kept = ALWAYS.union(services)
    found: dict[str, _File] = {}
    for name, version in locked_versions(lock).items():
        found.update(_package(name, version))
    newest = _newest_models(found)
    missing = sorted(kept - newest.keys())
    if missing:
        raise BundleError(f"the locked botocore has no model of {', '.join(missing)}")
    models = {service: version for service, version in newest.items() if service in kept}
    wanted = {name: file for name, file in found.items() if _wanted(name, models)}
    files = dict(_rules(rules))
    for done, (name, file) in enumerate(wanted.items(), start=1):
        _say(f"bundling {done} of {len(wanted)} files")
        files[name] = file.content()
    _say("")
    return files


@dataclass(frozen=True)
class _File:
    """A file of an installed package."""

    package: str
    entry: PackagePath

    def content(self) -> bytes:
        """Return what is in the file; raises BundleError when it is not what the package came with."""
        recorded = self.entry.hash
        location = Path(str(self.entry.locate()))
        content = location.read_bytes() if location.is_file() else b""
        if recorded is None or _recorded_form(recorded.mode, content) != recorded.value:
            raise BundleError(f"{self.entry} is not the file that {self.package} came with; {REPAIR}")
        return content


def _recorded_form(algorithm: str, content: bytes) -> str:
    """Return a hash as RECORD files write it (Python packaging specification "Recording installed projects")."""
    return base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=").decode()


def _package(name: str, version: str) -> Iterator[tuple[str, _File]]:
    """Yield the importable files of an installed package, by their path beside it."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        raise BundleError(f"{name} {version} is locked but not installed; {REPAIR}") from None
    if installed.version != version:
        raise BundleError(f"{name} {version} is locked but {installed.version} is installed; {REPAIR}")
    for entry in installed.files or ():
        path = PurePosixPath(entry)
        if ".." not in path.parts and not path.parts[0].endswith(".dist-info") and path.suffix != ".pyc":
            yield str(path), _File(f"{name} {version}", entry)
    if name == "rdklib" and Path(str(installed.locate_file(SILENT))).exists():
        raise BundleError(f"{SILENT} is installed and would silence PutEvaluations; {REPAIR}")


def _newest_models(names: Iterable[str]) -> dict[str, str]:
    """Return the newest API version of each service: the one that botocore's loader takes unasked."""
    newest: dict[str, str] = {}
    for name in names:
        match name.split("/"):
            case ["botocore", "data", service, version, _]:
                newest[service] = max(version, newest.get(service, ""))
    return newest


def _wanted(name: str, models: Mapping[str, str]) -> bool:
    match name.split("/"):
        case ["botocore", "data", service, version, file]:
            return models.get(service) == version and not file.startswith(DOCUMENTATION)
    return not name.startswith(LEFT_OUT)


def _rules(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder.parent)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        if path.is_file() and not hidden:
            yield name.as_posix(), path.read_bytes()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = 3  # Unix, whatever machine builds it
            entry.external_attr = READABLE
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return stream.getvalue()


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _say(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
