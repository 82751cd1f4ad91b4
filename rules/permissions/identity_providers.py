"""Identity providers whose users come from many customers, and the conditions that pick one customer of them."""

import re
from typing import Final

SHARED_ISSUERS: Final = frozenset(
    {
        "accounts.google.com",
        "agent.buildkite.com",
        "api.pulumi.com",
        "api.pulumi.com/oidc",
        "app.terraform.io",
        "cognito-identity.amazonaws.com",
        "gitlab.com",
        "graph.facebook.com",
        "oidc-configuration.audit-log.githubusercontent.com",
        "oidc.codefresh.io",
        "oidc.vercel.com",
        "proidc.upbound.io",
        "sandboxes.cloud",
        "scalr.io",
        "studio.datachain.ai/api",
        "token.actions.githubusercontent.com",
        "tokens.cloud.shisho.dev",
        "vstoken.actions.githubusercontent.com",
        "www.amazon.com",
    }
)
"""
Issuers that sign the tokens of every customer, so that trusting the issuer alone trusts strangers.

AWS lists those for which it demands a condition on the subject:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""


def issuer(federated: str) -> str:
    """Return the issuer that a Federated principal names, without its scheme; "" for a SAML provider."""
    if not federated.startswith("arn:"):
        return federated
    _, found, path = federated.partition(":oidc-provider/")
    return path if found else ""


def names_customer(federated: str, claim: str) -> bool:
    """
    Say whether a claim tells the customers of a shared issuer apart.

    Whoever asks for a token chooses its audience, except where the issuer gives each application an id of its
    own; how somebody logged in (amr) says nothing of who it is.
    """
    return claim != "amr" and not (claim == "aud" and federated.startswith("arn:"))


def picks_customer(value: str) -> bool:
    """Say whether a value written for such a claim stands for one customer: `repo:octo-org/*`, not `repo:*`."""
    head = re.split(r"[*?]", value, maxsplit=1)[0]
    return head == value or re.match(r"[^:/]+[:/][^:/]+[:/]", head) is not None
