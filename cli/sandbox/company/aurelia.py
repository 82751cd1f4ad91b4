"""The company as a whole: its Regions, the order in which it is built, and all of its labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.sandbox.company import (
    alerts,
    api_keys,
    assistants,
    corpora,
    data_science,
    endpoints,
    environments,
    evaluations,
    functions,
    identities,
    invocation_logs,
    keys,
    knowledge,
    laboratory,
    models,
    networks,
    orchestration,
    residency,
    service_roles,
    serving,
    trails,
    workspaces,
)
from cli.sandbox.company.site import Site

if TYPE_CHECKING:
    from cli.sandbox.account import Account
    from cli.sandbox.company.labels import Label

REGIONS = ("us-east-1", "eu-central-1")
"""Claims are handled in the first, research is done in the second; IAM is judged with the first."""

PARAMETERS = {residency.STAYS: {"allowedRegions": ",".join(residency.ALLOWED)}}
"""What the company has decided that no rule can know."""

KINDS = ("mixed", "clean", "empty")
"""Good and bad side by side; only what is good; nothing at all."""

THEMES = (
    keys,
    identities,
    networks,
    functions,
    environments,
    models,
    assistants,
    invocation_logs,
    data_science,
    endpoints,
    serving,
    workspaces,
    evaluations,
    knowledge,
    residency,
    orchestration,
    laboratory,
    trails,
    alerts,
    api_keys,
    service_roles,
    corpora,
)
"""What the company has, in the order in which it is built: later themes refer to earlier ones."""


def labels(kind: str) -> tuple[Label, ...]:
    """
    Return what the rules have to find in a company of that kind.

    Rules that find nothing to judge say so of the account; that is not labelled.
    """
    if kind == "empty":
        return ()
    return tuple(label for theme in THEMES for label in (theme.LABELS if kind == "mixed" else theme.CLEAN_LABELS))


def build(account: Account, kind: str) -> dict[str, str]:
    """Fill an empty account; return the names that people use, by the ids that AWS made up."""
    names: dict[str, str] = {}
    if kind == "empty":
        return names
    session = account.session()
    for region in REGIONS:
        site = Site(session, region, mixed=kind == "mixed", home=region == REGIONS[0])
        for theme in THEMES:
            theme.build(site)
        names |= site.names
    return names
