"""The KMS keys of the company: one for models and one for logs in every Region, and two that nobody should use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.sandbox.company.labels import Label
    from cli.sandbox.company.site import Site

GOOD_KEYS = ("models", "logs")
LEGACY = "legacy"
"""Enabled, but never rotates."""
RETIRED = "retired"
"""Disabled."""

LABELS: tuple[Label, ...] = ()
CLEAN_LABELS: tuple[Label, ...] = ()


def build(site: Site) -> None:
    """Make the keys of a Region."""
    for name in GOOD_KEYS:
        _key(site, name, rotates=True)
    if site.mixed:
        _key(site, LEGACY, rotates=False)
        _key(site, RETIRED, rotates=True)
        # By id: the embedded account cannot disable a key by its ARN.
        site.client("kms").disable_key(KeyId=site.keys[RETIRED].rpartition("/")[2])


def _key(site: Site, name: str, *, rotates: bool) -> None:
    kms = site.client("kms")
    key = kms.create_key(Description=f"Aurelia Health: {name}")["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/aurelia-{name}", TargetKeyId=key["KeyId"])
    if rotates:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    site.keys[name] = key["Arn"]
