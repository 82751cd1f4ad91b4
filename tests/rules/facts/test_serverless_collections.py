import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.facts import serverless_collections
from rules.facts.serverless_collections import Collection

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
ROLE = "arn:aws:iam::123456789012:role/knowledge"


@pytest.fixture
def aoss(account: Account) -> Any:
    return account.session().client("opensearchserverless")


def made(aoss: Any, name: str, key: str = KEY) -> str:
    """Make a collection with an encryption policy of its own, and return its id."""
    rules = [{"ResourceType": "collection", "Resource": [f"collection/{name}"]}]
    policy = {"Rules": rules, "AWSOwnedKey": key == "auto", "KmsARN": key}
    aoss.create_security_policy(name=name, type="encryption", policy=json.dumps(policy))
    return str(aoss.create_collection(name=name, type="VECTORSEARCH")["createCollectionDetail"]["id"])


def network(aoss: Any, name: str, resource: str, *, public: bool, kind: str = "collection") -> None:
    rules = [{"ResourceType": kind, "Resource": [resource]}]
    policy = [{"Rules": rules, "AllowFromPublic": public}]
    aoss.create_security_policy(name=name, type="network", policy=json.dumps(policy))


def access(aoss: Any, name: str, resource: str, *principals: str) -> None:
    rules = [{"ResourceType": resource.split("/", maxsplit=1)[0], "Resource": [resource], "Permission": ["aoss:*"]}]
    aoss.create_access_policy(
        name=name, type="data", policy=json.dumps([{"Rules": rules, "Principal": list(principals)}])
    )


def test_reads_a_private_collection(aoss: Any, aws: Aws) -> None:
    found = made(aoss, "claims")
    network(aoss, "claims-net", "collection/claims", public=False)
    access(aoss, "claims-data", "index/claims/*", ROLE)

    assert serverless_collections.collection(aws, found) == Collection("claims", KEY, (), ())


@pytest.mark.parametrize("resource", ["collection/claims", "collection/cl*", "collection/*"])
@pytest.mark.parametrize("kind", ["collection", "dashboard"])
def test_reads_network_policies_that_open_a_collection(aoss: Any, aws: Aws, resource: str, kind: str) -> None:
    found = made(aoss, "claims", key="auto")
    network(aoss, "private", "collection/claims", public=False)
    network(aoss, "public", resource, public=True, kind=kind)

    assert serverless_collections.collection(aws, found) == Collection("claims", None, ("public",), ())


@pytest.mark.parametrize("resource", ["collection/claims-archive", "collection/claim", "collection/x*"])
def test_network_policies_of_other_collections_do_not_count(aoss: Any, aws: Aws, resource: str) -> None:
    found = made(aoss, "claims")
    network(aoss, "public", resource, public=True)

    assert serverless_collections.collection(aws, found) == Collection("claims", KEY, (), ())


@pytest.mark.parametrize(
    ("resource", "principal", "counts"),
    [
        pytest.param("index/claims/*", "*", True, id="everybody"),
        pytest.param("index/c*/notes", "arn:aws:iam::123456789012:role/*", True, id="every role"),
        pytest.param("collection/claims", "saml/123456789012/idp/group/*", True, id="every group"),
        pytest.param("index/claims/*", ROLE, False, id="one role"),
        pytest.param("index/other/*", "*", False, id="another collection"),
    ],
)
def test_reads_data_access_policies_that_name_everybody(
    aoss: Any, aws: Aws, resource: str, principal: str, counts: bool
) -> None:
    found = made(aoss, "claims")
    access(aoss, "readers", resource, ROLE, principal)

    assert serverless_collections.collection(aws, found) == Collection(
        "claims", KEY, (), ("readers",) if counts else ()
    )


def test_reads_every_page(aoss: Any, account: Account, aws: Aws) -> None:
    found = made(aoss, "claims")
    for number in range(3):
        network(aoss, f"net-{number}", "collection/claims", public=True)
        access(aoss, f"data-{number}", "index/claims/*", "*")
    account.faults.page_size(1)

    collection = serverless_collections.collection(aws, found)

    assert collection is not None
    assert sorted(collection.public) == ["net-0", "net-1", "net-2"]
    assert sorted(collection.everybody) == ["data-0", "data-1", "data-2"]


def test_a_collection_that_does_not_exist_is_none(aws: Aws) -> None:
    assert serverless_collections.collection(aws, "abcdefghijklmnopqrst") is None


@pytest.mark.parametrize("action", ["aoss:GetSecurityPolicy", "aoss:GetAccessPolicy"])
def test_a_policy_that_was_deleted_since_it_was_listed_does_not_count(
    aoss: Any, account: Account, aws: Aws, action: str
) -> None:
    found = made(aoss, "claims")
    network(aoss, "net", "collection/claims", public=True)
    access(aoss, "data", "index/claims/*", "*")
    account.faults.add(Fault("gone", action))

    collection = serverless_collections.collection(aws, found)

    assert collection is not None
    assert (collection.public, collection.everybody) == (
        ((), ("data",)) if action == "aoss:GetSecurityPolicy" else (("net",), ())
    )


@pytest.mark.parametrize("action", sorted(one.name for one in serverless_collections.collection.actions))
def test_every_action_is_needed(aoss: Any, account: Account, aws: Aws, action: str) -> None:
    found = made(aoss, "claims")
    network(aoss, "net", "collection/claims", public=True)
    access(aoss, "data", "index/claims/*", ROLE)
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        serverless_collections.collection(aws, found)
