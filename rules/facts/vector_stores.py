"""Facts about the stores in which Amazon Bedrock knowledge bases keep vectors: their keys, and who reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Unreadable
from rules.facts import kms, serverless_collections
from rules.facts.knowledge_bases import MANAGED, knowledge_bases
from rules.frozen import dataclass
from rules.permissions.caller import Trust
from rules.permissions.document import PolicyType, parse
from rules.permissions.resource_policy import OutsiderKind, outsiders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.facts.knowledge_bases import KnowledgeBase

IN_REGION = "{region}:{account}"
ELSEWHERE = "which another account owns"
MISSING = "which does not exist"

AWS_SECRETS_KEY = "alias/aws/secretsmanager"
"""What encrypts a secret that names no key (Secrets Manager API, DescribeSecret)."""

SECRETS = {
    "PINECONE": "pineconeConfiguration",
    "REDIS_ENTERPRISE_CLOUD": "redisEnterpriseCloudConfiguration",
    "MONGO_DB_ATLAS": "mongoDbAtlasConfiguration",
}
"""The vendors' stores, of which AWS holds the credentials only."""


@dataclass(frozen=True)
class VectorStore:
    """
    A store of this account; of a vendor's store, the secret with its credentials.

    `name` is how a sentence speaks of it ("Collection claims"). `key_id` is None where AWS owns the key; `key` is what
    KMS says of it, None when KMS does not know it. `public` and `everybody` say in sentences what lets public networks
    reach it, and which of its policies name everybody.
    """

    name: str
    key_id: str | None
    key: kms.Key | None
    encrypted: bool = True
    public: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()


@dataclass(frozen=True)
class AbsentStore:
    """A store that this account cannot see; `reason` ends a sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class StoredKnowledgeBase:
    """A knowledge base with its vector store, None for types that keep no vectors."""

    resource: Resource
    tags: Mapping[str, str]
    kind: str
    store: VectorStore | AbsentStore | None


@reads(uses=(serverless_collections.collection, kms.key))
def opensearch_collection(aws: Aws, arn: str) -> VectorStore | AbsentStore:
    """Return an Amazon OpenSearch Serverless collection."""
    found = serverless_collections.collection(aws, arn.rpartition("/")[2])
    if found is None:
        return AbsentStore(f"Collection {arn}", MISSING)
    return VectorStore(
        f"Collection {found.name}",
        found.key_arn,
        _key(aws, found.key_arn),
        public=tuple(f"Network policy {name} lets public networks reach it." for name in found.public),
        everybody=tuple(f"Data access policy {name} has a wildcard as principal." for name in found.everybody),
    )


@reads(Action("es:DescribeDomain", f"arn:{{partition}}:es:{IN_REGION}:domain/*"), uses=(kms.key,))
def opensearch_domain(aws: Aws, arn: str) -> VectorStore | AbsentStore:
    """
    Return an Amazon OpenSearch Service domain.

    Its access policy may name everybody where fine-grained access control asks who it is. Source:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
    """
    name = arn.rpartition("/")[2]
    answer = _unless_missing(lambda: aws.client("opensearch").describe_domain(DomainName=name))
    if answer is None:
        return AbsentStore(f"Domain {name}", MISSING)
    status = answer["DomainStatus"]
    rest = status.get("EncryptionAtRestOptions", {})
    key_id = _key_arn(aws, rest.get("KmsKeyId"))
    security = status.get("AdvancedSecurityOptions", {})
    known = security.get("Enabled", False) and not security.get("AnonymousAuthEnabled", False)
    return VectorStore(
        f"Domain {name}",
        key_id,
        _key(aws, key_id),
        encrypted=rest.get("Enabled", False),
        public=() if status.get("VPCOptions") else ("It has a public endpoint.",),
        everybody=() if known else _open(aws, status.get("AccessPolicies"), "access policy"),
    )


@reads(
    Action("rds:DescribeDBClusters", f"arn:{{partition}}:rds:{IN_REGION}:cluster:*"),
    Action("rds:DescribeDBInstances", f"arn:{{partition}}:rds:{IN_REGION}:db:*"),
    uses=(kms.key,),
)
def aurora_cluster(aws: Aws, arn: str) -> VectorStore | AbsentStore:
    """Return an Amazon Aurora cluster; its instances say whether public networks reach it."""
    rds = aws.client("rds")
    name = arn.rpartition(":")[2]
    answer = _unless_missing(lambda: rds.describe_db_clusters(DBClusterIdentifier=arn), "DBClusterNotFoundFault")
    if answer is None:
        return AbsentStore(f"Cluster {name}", MISSING)
    cluster = answer["DBClusters"][0]
    filters = [{"Name": "db-cluster-id", "Values": [cluster["DBClusterIdentifier"]]}]
    pages = rds.get_paginator("describe_db_instances").paginate(Filters=filters)
    instances = [one for page in pages for one in page["DBInstances"]]
    open_ones = [one["DBInstanceIdentifier"] for one in instances if one["PubliclyAccessible"]]
    key_id = _key_arn(aws, cluster.get("KmsKeyId"))
    return VectorStore(
        f"Cluster {name}",
        key_id,
        _key(aws, key_id),
        encrypted=cluster.get("StorageEncrypted", False),
        public=tuple(f"Instance {one} is publicly accessible." for one in open_ones),
    )


@reads(
    Action("s3vectors:GetIndex", f"arn:{{partition}}:s3vectors:{IN_REGION}:bucket/*/index/*"),
    Action("s3vectors:GetVectorBucket", f"arn:{{partition}}:s3vectors:{IN_REGION}:bucket/*"),
    Action("s3vectors:GetVectorBucketPolicy", f"arn:{{partition}}:s3vectors:{IN_REGION}:bucket/*"),
    uses=(kms.key,),
)
def vector_index(aws: Aws, arn: str) -> VectorStore | AbsentStore:
    """Return an index of an Amazon S3 vector bucket, whose own encryption counts before the bucket's."""
    client = aws.client("s3vectors")
    bucket_arn, _, name = arn.partition("/index/")
    bucket_name = bucket_arn.rpartition("/")[2]
    shown = f"Vector index {bucket_name}/{name}"
    bucket = _unless_missing(lambda: client.get_vector_bucket(vectorBucketArn=bucket_arn), "NotFoundException")
    index = _unless_missing(lambda: client.get_index(indexArn=arn), "NotFoundException")
    if bucket is None or index is None:
        return AbsentStore(shown, MISSING)
    own = index["index"].get("encryptionConfiguration") or bucket["vectorBucket"].get("encryptionConfiguration", {})
    policy = _unless_missing(lambda: client.get_vector_bucket_policy(vectorBucketArn=bucket_arn), "NotFoundException")
    key_id = own.get("kmsKeyArn")
    return VectorStore(
        shown, key_id, _key(aws, key_id), everybody=_open(aws, (policy or {}).get("policy"), "bucket policy")
    )


@reads(Action("neptune-graph:GetGraph", f"arn:{{partition}}:neptune-graph:{IN_REGION}:graph/*"), uses=(kms.key,))
def neptune_graph(aws: Aws, arn: str) -> VectorStore | AbsentStore:
    """Return an Amazon Neptune Analytics graph."""
    graph_id = arn.rpartition("/")[2]
    graph = _unless_missing(lambda: aws.client("neptune-graph").get_graph(graphIdentifier=graph_id))
    if graph is None:
        return AbsentStore(f"Graph {graph_id}", MISSING)
    key_id = graph.get("kmsKeyIdentifier", "AWS_OWNED_KEY")
    key_id = None if key_id == "AWS_OWNED_KEY" else _key_arn(aws, key_id)
    public = ("It has public connectivity.",) if graph.get("publicConnectivity") else ()
    return VectorStore(f"Graph {graph['name']}", key_id, _key(aws, key_id), public=public)


@reads(
    Action("secretsmanager:DescribeSecret", f"arn:{{partition}}:secretsmanager:{IN_REGION}:secret:*"), uses=(kms.key,)
)
def vendor_secret(aws: Aws, arn: str) -> VectorStore | AbsentStore:
    """Return the secret with the credentials of a vendor's store."""
    secret = _unless_missing(lambda: aws.client("secretsmanager").describe_secret(SecretId=arn))
    if secret is None:
        return AbsentStore(f"Secret {arn}", MISSING)
    key_id = _key_arn(aws, secret.get("KmsKeyId") or AWS_SECRETS_KEY)
    return VectorStore(f"Secret {secret['Name']}", key_id, _key(aws, key_id))


@reads(
    uses=(
        knowledge_bases,
        opensearch_collection,
        opensearch_domain,
        aurora_cluster,
        vector_index,
        neptune_graph,
        vendor_secret,
        kms.key,
    )
)
def stored_knowledge_bases(aws: Aws) -> tuple[StoredKnowledgeBase | Unreadable, ...]:
    """Return every knowledge base of the account and Region with its vector store."""

    def read(base: KnowledgeBase | Unreadable) -> StoredKnowledgeBase | Unreadable:
        if isinstance(base, Unreadable):
            return base
        return StoredKnowledgeBase(base.resource, base.tags, base.kind, _store(aws, base))

    return aws.read_each(knowledge_bases(aws), lambda base: base.resource, read)


def _store(aws: Aws, base: KnowledgeBase) -> VectorStore | AbsentStore | None:
    if base.kind == MANAGED:
        return VectorStore("The managed store", base.key_arn, _key(aws, base.key_arn))
    if not base.store:
        return None
    read, arn = _reader(base.store)
    if arn.split(":")[4] != aws.account_id:
        return AbsentStore(arn, ELSEWHERE)
    return read(aws, arn)


def _reader(store: Mapping[str, Any]) -> tuple[Callable[[Aws, str], VectorStore | AbsentStore], str]:
    kind = store["type"]
    if kind in SECRETS:
        return vendor_secret, store[SECRETS[kind]]["credentialsSecretArn"]
    if kind == "OPENSEARCH_SERVERLESS":
        return opensearch_collection, store["opensearchServerlessConfiguration"]["collectionArn"]
    if kind == "OPENSEARCH_MANAGED_CLUSTER":
        return opensearch_domain, store["opensearchManagedClusterConfiguration"]["domainArn"]
    if kind == "RDS":
        return aurora_cluster, store["rdsConfiguration"]["resourceArn"]
    if kind == "NEPTUNE_ANALYTICS":
        return neptune_graph, store["neptuneAnalyticsConfiguration"]["graphArn"]
    vectors = store["s3VectorsConfiguration"]
    return vector_index, vectors.get("indexArn") or f"{vectors['vectorBucketArn']}/index/{vectors['indexName']}"


def _unless_missing(
    call: Callable[[], dict[str, Any]], code: str = "ResourceNotFoundException"
) -> dict[str, Any] | None:
    try:
        return call()
    except ClientError as error:
        if error_code(error) == code:
            return None
        raise


def _key_arn(aws: Aws, key_id: str | None) -> str | None:
    # KMS is asked for ARNs only: a bare id or alias would hide in which account and Region the key is.
    if key_id is None or key_id.startswith("arn:"):
        return key_id
    return aws.arn("kms", key_id if key_id.startswith("alias/") else f"key/{key_id}")


def _key(aws: Aws, key_id: str | None) -> kms.Key | None:
    return kms.key(aws, key_id) if key_id else None


def _open(aws: Aws, policy: str | None, what: str) -> tuple[str, ...]:
    """Return a sentence for every statement of a resource policy that lets in everybody."""
    if not policy:
        return ()
    found = outsiders(parse(policy, PolicyType.RESOURCE), Trust(aws.account_id, aws.partition))
    everybody = (one for one in found if one.kind is OutsiderKind.EVERYBODY)
    return tuple(f"{one.statement[0].upper()}{one.statement[1:]} of its {what} {one.reason}." for one in everybody)
