"""Identity providers whose users come from many customers, and the conditions that pick one customer of them."""

import re
from collections.abc import Iterable
from typing import Final

SENTINEL: Final = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"
"""Microsoft Sentinel, which writes the customer's workspace into the name of the session."""

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
        "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
        "oidc.vercel.com",
        "proidc.upbound.io",
        "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
        "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
        "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
        "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
        "sandboxes.cloud",
        "scalr.io",
        SENTINEL,
        "studio.datachain.ai/api",
        "token.actions.githubusercontent.com",
        "tokens.cloud.shisho.dev",
        "vstoken.actions.githubusercontent.com",
        "www.amazon.com",
    }
)
"""
Issuers that sign the tokens of every customer, so that trusting the issuer alone trusts strangers.

AWS lists those for which it demands a condition on the customer:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

AUDIENCES: Final = frozenset({"api.pulumi.com", "api.pulumi.com/oidc", "oidc.vercel.com", "sandboxes.cloud"})
"""Issuers that write the customer into the audience, by which AWS tells their customers apart."""


def issuer(federated: str) -> str:
    """Return the issuer that a Federated principal names, without its scheme; "" for a SAML provider."""
    if not federated.startswith("arn:"):
        return federated
    _, found, path = federated.partition(":oidc-provider/")
    return path if found else ""


def customer_keys(federated: str, keys: Iterable[str]) -> list[str]:
    """
    Return those of some condition keys, in lower case, that tell the customers of a shared issuer apart.

    Whoever asks for a token chooses its audience and the name of the session, except where the issuer does; how
    somebody logged in (amr) says nothing of who it is.
    """
    name = issuer(federated)
    chosen = {"amr"} if not federated.startswith("arn:") or name in AUDIENCES else {"amr", "aud"}
    prefix = f"{name}:"
    claims = [key for key in keys if key.startswith(prefix) and key.removeprefix(prefix) not in chosen]
    return sorted([*claims, *({"sts:rolesessionname"}.intersection(keys) if name == SENTINEL else ())])


def picks_customer(value: str) -> bool:
    """Say whether a value written for such a claim stands for one customer: `repo:octo-org/*`, not `repo:*`."""
    head = re.split(r"[*?]", value, maxsplit=1)[0]
    return head == value or re.match(r"[^:/]+[:/][^:/]+[:/]", head) is not None
