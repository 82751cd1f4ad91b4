"""
The bill of materials of the Lambda zip, in CycloneDX: every file that is in it, under whatever it came with.

    python -m cdk.sbom      # build/sbom.json, beside build/lambda.zip
"""

from __future__ import annotations

import re
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import distribution, metadata, version
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.spdx import is_expression
from packageurl import PackageURL

from cdk import bundle
from cdk.bundle import LOCK, BundleError, locked_versions
from rules.engine.clients import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TARGET = bundle.TARGET.with_name("sbom.json")
PROJECT = "ai-config-rules"
OWN_FOLDER = "rules/"
SCHEMA = SchemaVersion.V1_6

LICENSES = {
    # "Dual License" in its metadata: contributions from December 2017 on under either, older ones under BSD-3-Clause.
    "python-dateutil": "BSD-3-Clause AND (Apache-2.0 OR BSD-3-Clause)",
    # "Apache License 2.0" in its metadata.
    "s3transfer": "Apache-2.0",
}
"""Licences that a package's metadata does not give as an SPDX expression."""
LICENSE_FIELDS = ("License-Expression", "License")


@dataclass(frozen=True)
class Embedded:
    """What somebody else made that lies within a package: its files begin with `start`, `license` is SPDX's word."""

    name: str
    start: str
    license: str
    version: str | None = None


EMBEDDED = (
    Embedded("gitleaks", "rules/criteria/credentials/gitleaks.", "MIT", "8.30.1"),
    # botocore's NOTICE names these three.
    Embedded("requests", "botocore/vendored/requests/", "Apache-2.0"),
    Embedded("urllib3", "botocore/vendored/requests/packages/urllib3/", "MIT"),
    Embedded("ca-certificates", "botocore/cacert.pem", "MPL-2.0"),
    Embedded("six", "botocore/vendored/six.py", "MIT"),
    Embedded("tzdata", "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz", "Public domain"),
)


def bill_of_materials(zipped: Path, digest: str, lock: Path = LOCK) -> str:
    """
    Return the bill of materials of a built zip as CycloneDX 1.6 JSON; equal zips and locks give an equal text.

    `digest` is the bundle's, which names the zip in the bucket that functions run from. Raises BundleError for a file
    that no locked package and no folder of this project accounts for.
    """
    own = Component(
        name=PROJECT,
        version=version(PROJECT),
        type=ComponentType.APPLICATION,
        bom_ref=PROJECT,
        licenses=[LicenseFactory().make_from_string(_license(PROJECT))],
        properties=[Property(name=f"{PROJECT}:assetHash", value=digest)],
    )
    packages = {name: _package(name, locked, lock) for name, locked in locked_versions(lock).items()}
    parts = {part: _embedded(part) for part in EMBEDDED}
    owners = _owners(packages)
    for name, content in _files(zipped).items():
        holder = _embedded_owner(name, parts) or (own if name.startswith(OWN_FOLDER) else owners.get(name))
        if holder is None:
            raise BundleError(f"{name} is in {zipped.name}, but in no package of {lock.name}")
        holder.components.add(_file(name, content))
    bom = Bom(serial_number=uuid5(NAMESPACE_OID, digest), components=[*packages.values(), *parts.values()])
    bom.metadata.component = own
    bom.metadata.timestamp = None  # type: ignore[assignment] # the schema asks for none, and equal inputs give equal bills
    bom.register_dependency(own, list(packages.values()))
    for name, component in packages.items():
        bom.register_dependency(component, [packages[each] for each in _requirements(name) if each in packages])
    return str(make_outputter(bom, OutputFormat.JSON, SCHEMA).output_as_string(indent=2)) + "\n"


def licenses(lock: Path = LOCK) -> list[tuple[str, str, str]]:
    """Return name, place and licence of everything in the zip that others made: packages, then what is within some."""
    packages = [(name, "package", _license(name)) for name in sorted(locked_versions(lock))]
    return packages + [(part.name, f"in `{part.start.partition('/')[0]}/`", part.license) for part in EMBEDDED]


def _package(name: str, locked: str, lock: Path) -> Component:
    return Component(
        name=name,
        version=locked,
        bom_ref=name,
        purl=PackageURL("pypi", None, name, locked),
        licenses=[LicenseFactory().make_from_string(_license(name))],
        properties=[Property(name=f"{PROJECT}:locked", value=f"sha256:{each}") for each in _locked_hashes(name, lock)],
    )


def _embedded(part: Embedded) -> Component:
    return Component(
        name=part.name,
        version=part.version,
        bom_ref=f"{part.name} in {part.start}",
        licenses=[LicenseFactory().make_from_string(part.license)],
    )


def _file(name: str, content: bytes) -> Component:
    return Component(
        name=name,
        type=ComponentType.FILE,
        bom_ref=f"file {name}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(content).hexdigest())],
    )


def _license(package: str) -> str:
    stated = metadata(package)
    expression = LICENSES.get(package) or next((stated[key] for key in LICENSE_FIELDS if key in stated), "")
    if not is_expression(expression):
        raise BundleError(f"{package} states no licence in SPDX's words; say which it is in cdk/sbom.py")
    return expression


def _locked_hashes(package: str, lock: Path) -> list[str]:
    _, _, after = lock.read_text(encoding="utf-8").partition(f"{package}==")
    return re.findall(r"\\\n    --hash=sha256:([0-9a-f]{64})", after.partition("==")[0])


def _requirements(package: str) -> list[str]:
    """Return the names of what a package needs, without what only its extras need."""
    needed = [each for each in distribution(package).requires or () if "extra ==" not in each]
    return [match[0] for each in needed if (match := re.match(r"[A-Za-z0-9._-]+", each))]


def _owners(packages: Mapping[str, Component]) -> dict[str, Component]:
    return {str(entry): component for name, component in packages.items() for entry in distribution(name).files or ()}


def _embedded_owner(name: str, parts: Mapping[Embedded, Component]) -> Component | None:
    """Return the innermost part that a file belongs to."""
    found = [part for part in parts if name.startswith(part.start)]
    return parts[max(found, key=lambda part: len(part.start))] if found else None


def _files(zipped: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(zipped) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main(target: Path = TARGET, lock: Path = LOCK) -> None:
    """Build the zip and write its bill of materials; what can be put right ends in one line and status 1."""
    try:
        built = bundle.build(SERVICES, target.with_name(bundle.TARGET.name), lock=lock)
        target.write_text(bill_of_materials(built.path, built.digest, lock), encoding="utf-8")
    except BundleError as error:
        sys.exit(f"{PROJECT}: {error}")
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
