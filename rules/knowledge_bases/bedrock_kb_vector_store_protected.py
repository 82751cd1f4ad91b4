"""Rule: bedrock-kb-vector-store-protected."""

from typing import Annotated

from rules.criteria.keys import key_defect
from rules.engine.duties import Severity
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import vector_stores
from rules.facts.vector_stores import AbsentStore, StoredKnowledgeBase
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockKbVectorStoreProtected(PeriodicRule[StoredKnowledgeBase]):
    """
    Checks if the vector stores of Amazon Bedrock knowledge bases are encrypted with the customer's key and private.

    The rule is NON_COMPLIANT if a store lacks a usable customer-managed key, is reachable from public networks, or
    names everybody in a policy.

    ## Why
    A vector store holds the text of every document beside its vector.
    Whoever reaches it reads them all, past the knowledge base and everything that guards it.

    ## Fix
    The annotation names what is wrong. A key is chosen when a store is made: an encryption policy with `KmsARN` for a
    collection, `KmsKeyId` for a cluster or domain, `kmsKeyArn` for a vector bucket, `kmsKeyIdentifier` for a graph.
    Network: `aws opensearchserverless update-security-policy --type network` with `SourceVPCEs` or `SourceServices`
    in the place of `AllowFromPublic`; `aws rds modify-db-instance --no-publicly-accessible`;
    `aws neptune-graph update-graph --no-public-connectivity`; domains belong into a VPC.
    Secrets: `aws secretsmanager update-secret --kms-key-id <key ARN>`.
    In the AWS CDK: `CfnCollection`, `CfnSecurityPolicy`, `rds.DatabaseCluster(storage_encryption_key=key)`, …

    ## Limits
    Of Pinecone, Redis Enterprise Cloud and MongoDB Atlas AWS sees the secret with the credentials only: its key is
    judged, the vendor's network is not.
    Knowledge bases of the types KENDRA and SQL have no vector store; stores of other accounts cannot be judged.
    Principals that policies name one by one, and the users of databases, are not judged.
    """

    title = "The vector stores of knowledge bases are encrypted and private"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html",
        "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-network.html",
    )
    reports = ("AWS::Bedrock::KnowledgeBase",)
    nothing_to_judge = "This account has no knowledge base in this Region."
    collect = vector_stores.stored_knowledge_bases

    require_cmk: Annotated[bool, "Whether a customer-managed key is wanted."] = True
    allow_public_network: Annotated[bool, "Whether public networks may reach the store."] = False

    def judge(self, found: StoredKnowledgeBase, /) -> Verdict:
        """Return whether the customer alone controls who reads the vectors and the text beside them."""
        store = found.store
        if store is None:
            return not_applicable(f"A knowledge base of the type {found.kind} names no vector store.")
        if isinstance(store, AbsentStore):
            return not_applicable(f"The vector store is {store.name}, {store.reason}.")
        defects = [*store.everybody, *(() if self.allow_public_network else store.public)]
        if not store.encrypted:
            defects.append("It is not encrypted.")
        elif self.require_cmk and store.key_id is None:
            defects.append("It is encrypted with a key that AWS owns; a customer-managed key is wanted.")
        elif self.require_cmk and (defect := key_defect(store.key)):
            defects.append(f"It is encrypted with {store.key_id}, {defect}.")
        if defects:
            return non_compliant(f"{store.name} is not protected: {defects[0]}", *defects[1:])
        return compliant(f"{store.name} is encrypted with {store.key_id or 'a key that AWS owns'}.")


handler = BedrockKbVectorStoreProtected.lambda_handler()
