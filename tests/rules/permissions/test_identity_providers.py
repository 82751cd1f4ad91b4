import pytest

from rules.permissions.identity_providers import customer_keys, issuer, picks_customer

GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("federated", "wanted"),
    [
        pytest.param(GITHUB, "token.actions.githubusercontent.com", id="OIDC provider"),
        pytest.param(
            "arn:aws:iam::1:oidc-provider/studio.datachain.ai/api", "studio.datachain.ai/api", id="with a path"
        ),
        pytest.param("accounts.google.com", "accounts.google.com", id="log-in of the web"),
        pytest.param("arn:aws:iam::123456789012:saml-provider/staff", "", id="SAML provider"),
    ],
)
def test_finds_the_issuer(federated: str, wanted: str) -> None:
    assert issuer(federated) == wanted


@pytest.mark.parametrize(
    ("federated", "claim", "wanted"),
    [
        pytest.param(GITHUB, "sub", True, id="subject"),
        pytest.param(GITHUB, "repository_owner", True, id="owner"),
        pytest.param(GITHUB, "aud", False, id="audience that the customer chooses"),
        pytest.param("accounts.google.com", "aud", True, id="audience that the issuer gives"),
        pytest.param("cognito-identity.amazonaws.com", "amr", False, id="how somebody logged in"),
    ],
)
def test_knows_which_claims_tell_customers_apart(federated: str, claim: str, wanted: bool) -> None:
    key = f"{issuer(federated)}:{claim}"
    assert customer_keys(federated, {key, "other.example.com:sub", "sts:rolesessionname"}) == [key] * wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param("repo:octo-org/octo-repo:ref:refs/heads/main", True, id="whole subject"),
        pytest.param("us-east-1:12345678-ffff", True, id="identity pool"),
        pytest.param("repo:octo-org/*", True, id="organization"),
        pytest.param("organization:acme:project:*", True, id="organization with colons"),
        pytest.param("repo:octo-org*", False, id="organizations that begin alike"),
        pytest.param("repo:*", False, id="every repository"),
        pytest.param("repo:?cto-org/*", False, id="wildcard in the organization"),
        pytest.param("*:octo-org/*", False, id="wildcard before it"),
        pytest.param(":repo:octo-org/*", False, id="nothing before the first colon"),
        pytest.param("repo/octo-org/*", True, id="organization with slashes"),
        pytest.param("*", False, id="everything"),
    ],
)
def test_knows_which_values_pick_a_customer(value: str, wanted: bool) -> None:
    assert picks_customer(value) is wanted
