from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.kms import Key
from rules.facts.vector_stores import AbsentStore, StoredKnowledgeBase, VectorStore
from rules.knowledge_bases.bedrock_kb_vector_store_protected import BedrockKbVectorStoreProtected

ARN = "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/ABCDEFGHIJ"
RESOURCE = Resource("AWS::Bedrock::KnowledgeBase", "ABCDEFGHIJ", "claims", ARN)
KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD_KEY = Key(KEY, "CUSTOMER", "Enabled", rotation=False)
STORE = VectorStore("Collection claims", KEY, GOOD_KEY)
OPEN = replace(
    STORE,
    public=("Network policy all lets public networks reach it.",),
    everybody=("Data access policy all has a wildcard as principal.",),
)
OWNED_BY_AWS = replace(STORE, key_id=None, key=None)
GOOD = compliant(f"Collection claims is encrypted with {KEY}.")


def with_store(store: VectorStore | AbsentStore | None, kind: str = "VECTOR") -> StoredKnowledgeBase:
    return StoredKnowledgeBase(RESOURCE, {"stage": "test"}, kind, store)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(with_store(STORE), GOOD, id="private, with the customer's key"),
        pytest.param(
            with_store(OWNED_BY_AWS),
            non_compliant(
                "Collection claims is not protected: It is encrypted with a key that AWS owns; "
                "a customer-managed key is wanted."
            ),
            id="a key that AWS owns",
        ),
        pytest.param(
            with_store(replace(STORE, key=replace(GOOD_KEY, manager="AWS"))),
            non_compliant(
                f"Collection claims is not protected: It is encrypted with {KEY}, which AWS manages; "
                "a customer-managed key is wanted."
            ),
            id="a key that AWS manages under a plain ARN",
        ),
        pytest.param(
            with_store(replace(STORE, key=None)),
            non_compliant(f"Collection claims is not protected: It is encrypted with {KEY}, which KMS does not know."),
            id="a key that is gone",
        ),
        pytest.param(
            with_store(replace(OWNED_BY_AWS, encrypted=False)),
            non_compliant("Collection claims is not protected: It is not encrypted."),
            id="not encrypted",
        ),
        pytest.param(
            with_store(OPEN),
            non_compliant(
                "Collection claims is not protected: Data access policy all has a wildcard as principal.",
                "Network policy all lets public networks reach it.",
            ),
            id="open to everybody from everywhere",
        ),
        pytest.param(
            with_store(AbsentStore("Collection x", "which does not exist")),
            not_applicable("The vector store is Collection x, which does not exist."),
            id="a store that is gone",
        ),
        pytest.param(
            with_store(None, "KENDRA"),
            not_applicable("A knowledge base of the type KENDRA names no vector store."),
            id="a type without a vector store",
        ),
    ],
)
def test_judges_the_vector_store(found: StoredKnowledgeBase, verdict: Verdict) -> None:
    assert BedrockKbVectorStoreProtected().judge(found) == verdict


@pytest.mark.parametrize(
    ("parameters", "store", "verdict"),
    [
        pytest.param(
            {"requireCmk": "false"},
            OWNED_BY_AWS,
            compliant("Collection claims is encrypted with a key that AWS owns."),
            id="no key asked for",
        ),
        pytest.param(
            {"requireCmk": "false"},
            replace(OWNED_BY_AWS, encrypted=False),
            non_compliant("Collection claims is not protected: It is not encrypted."),
            id="no key asked for, and not encrypted at all",
        ),
        pytest.param({"allowPublicNetwork": "true"}, replace(OPEN, everybody=()), GOOD, id="public networks allowed"),
        pytest.param(
            {"allowPublicNetwork": "true"},
            OPEN,
            non_compliant("Collection claims is not protected: Data access policy all has a wildcard as principal."),
            id="public networks allowed, everybody not",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], store: VectorStore, verdict: Verdict) -> None:
    assert BedrockKbVectorStoreProtected.configured(parameters).judge(with_store(store)) == verdict


def test_exempts_a_knowledge_base_with_the_tag() -> None:
    rule = BedrockKbVectorStoreProtected.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, with_store(OPEN)) == not_applicable("Exempt by the tag stage=test.")
