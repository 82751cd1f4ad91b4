import json
from typing import Any

import pytest
from botocore.stub import Stubber

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import vector_stores
from rules.facts.kms import Key
from rules.facts.vector_stores import AbsentStore, StoredKnowledgeBase, VectorStore
from tests.rules.facts.test_knowledge_bases import MANAGED, made
from tests.rules.facts.test_knowledge_sources import PLAIN
from tests.rules.facts.test_serverless_collections import access, network
from tests.rules.facts.test_serverless_collections import made as made_collection

FIELDS = {"vectorField": "v", "textField": "t", "metadataField": "m"}
TEXT = {"textField": "t", "metadataField": "m"}
FOREIGN = "arn:aws:rds:us-east-1:444455556666:cluster:vectors"
OPEN = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}


@pytest.fixture
def key(account: Account) -> str:
    return str(account.session().client("kms").create_key()["KeyMetadata"]["Arn"])


def policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of_domain(account: Account, **settings: Any) -> dict[str, Any]:
    domain = account.session().client("opensearch").create_domain(DomainName="vectors", **settings)
    return {
        "type": "OPENSEARCH_MANAGED_CLUSTER",
        "opensearchManagedClusterConfiguration": {
            "domainArn": domain["DomainStatus"]["ARN"],
            "domainEndpoint": "https://vectors.us-east-1.es.amazonaws.com",
            "vectorIndexName": "i",
            "fieldMapping": FIELDS,
        },
    }


def of_cluster(arn: str) -> dict[str, Any]:
    return {
        "type": "RDS",
        "rdsConfiguration": {
            "resourceArn": arn,
            "credentialsSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-abcdef",
            "databaseName": "d",
            "tableName": "t",
            "fieldMapping": {**FIELDS, "primaryKeyField": "id"},
        },
    }


def cluster(account: Account, *, public: bool = False, **settings: Any) -> dict[str, Any]:
    rds = account.session().client("rds")
    made_one = rds.create_db_cluster(
        DBClusterIdentifier="vectors",
        Engine="aurora-postgresql",
        MasterUsername="bedrock",
        MasterUserPassword="not-a-real-one",
        **settings,
    )["DBCluster"]
    for number, accessible in enumerate((False, public)):
        rds.create_db_instance(
            DBInstanceIdentifier=f"vectors-{number}",
            DBClusterIdentifier="vectors",
            DBInstanceClass="db.r6g.large",
            Engine="aurora-postgresql",
            PubliclyAccessible=accessible,
        )
    return of_cluster(made_one["DBClusterArn"])


def vector_bucket(account: Account, **encryption: str) -> str:
    client = account.session().client("s3vectors")
    settings = {"encryptionConfiguration": encryption} if encryption else {}
    client.create_vector_bucket(vectorBucketName="vectors", **settings)
    client.create_index(
        vectorBucketName="vectors", indexName="idx", dataType="float32", dimension=8, distanceMetric="cosine"
    )
    return "arn:aws:s3vectors:us-east-1:123456789012:bucket/vectors"


def of_index(**names: str) -> dict[str, Any]:
    return {"type": "S3_VECTORS", "s3VectorsConfiguration": names}


def of_graph(account: Account, **settings: Any) -> dict[str, Any]:
    graph = account.session().client("neptune-graph").create_graph(graphName="g", provisionedMemory=16, **settings)
    return {
        "type": "NEPTUNE_ANALYTICS",
        "neptuneAnalyticsConfiguration": {"graphArn": graph["arn"], "fieldMapping": TEXT},
    }


def of_collection(collection_id: str) -> dict[str, Any]:
    return {
        "type": "OPENSEARCH_SERVERLESS",
        "opensearchServerlessConfiguration": {
            "collectionArn": f"arn:aws:aoss:us-east-1:123456789012:collection/{collection_id}",
            "vectorIndexName": "i",
            "fieldMapping": FIELDS,
        },
    }


def vendor(arn: str, kind: str = "PINECONE") -> dict[str, Any]:
    configurations = {
        "PINECONE": {"pineconeConfiguration": {"connectionString": "https://x.example", "fieldMapping": TEXT}},
        "REDIS_ENTERPRISE_CLOUD": {
            "redisEnterpriseCloudConfiguration": {
                "endpoint": "x.example:1234",
                "vectorIndexName": "i",
                "fieldMapping": FIELDS,
            }
        },
        "MONGO_DB_ATLAS": {
            "mongoDbAtlasConfiguration": {
                "endpoint": "x.example",
                "databaseName": "d",
                "collectionName": "c",
                "vectorIndexName": "i",
                "fieldMapping": FIELDS,
            }
        },
    }
    ((name, configuration),) = configurations[kind].items()
    return {"type": kind, name: {**configuration, "credentialsSecretArn": arn}}


def store_of(account: Account, aws: Aws, configuration: dict[str, Any]) -> VectorStore | AbsentStore | None:
    """Return the store of a knowledge base with this configuration."""
    made(account.session().client("bedrock-agent"), "kb", PLAIN, storageConfiguration=configuration)
    (found,) = vector_stores.stored_knowledge_bases(aws)
    assert isinstance(found, StoredKnowledgeBase)
    return found.store


def owned(arn: str) -> Key:
    return Key(arn, "CUSTOMER", "Enabled", rotation=False)


def test_reads_a_collection_with_its_policies(account: Account, aws: Aws, key: str) -> None:
    aoss = account.session().client("opensearchserverless")
    collection_id = made_collection(aoss, "claims", key)
    network(aoss, "net", "collection/*", public=True)
    access(aoss, "data", "index/claims/*", "*")

    assert store_of(account, aws, of_collection(collection_id)) == VectorStore(
        "Collection claims",
        key,
        owned(key),
        public=("Network policy net lets public networks reach it.",),
        everybody=("Data access policy data has a wildcard as principal.",),
    )


def test_reads_a_domain_in_a_vpc(account: Account, aws: Aws, key: str) -> None:
    ec2 = account.session().client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    configuration = of_domain(
        account,
        VPCOptions={"SubnetIds": [subnet]},
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": key},
        AccessPolicies=policy(OPEN | {"Principal": {"AWS": "arn:aws:iam::123456789012:role/kb"}}),
    )

    assert store_of(account, aws, configuration) == VectorStore("Domain vectors", key, owned(key))


def test_reads_a_domain_without_protection(account: Account, aws: Aws) -> None:
    configuration = of_domain(account, AccessPolicies=policy(OPEN))

    assert store_of(account, aws, configuration) == VectorStore(
        "Domain vectors",
        None,
        None,
        encrypted=False,
        public=("It has a public endpoint.",),
        everybody=("Statement 1 of its access policy lets in everybody.",),
    )


@pytest.mark.parametrize(
    ("anonymous", "found"), [(False, ()), (True, ("Statement 1 of its access policy lets in everybody.",))]
)
def test_fine_grained_access_control_tells_who_comes_in(
    account: Account, aws: Aws, key: str, anonymous: bool, found: tuple[str, ...]
) -> None:
    configuration = of_domain(
        account,
        AccessPolicies=policy(OPEN),
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": key.rpartition("/")[2]},
        AdvancedSecurityOptions={"Enabled": True, "AnonymousAuthEnabled": anonymous},
    )

    store = store_of(account, aws, configuration)

    assert isinstance(store, VectorStore)
    assert (store.key_id, store.everybody) == (key, found)


def test_reads_a_cluster_with_a_public_instance(account: Account, aws: Aws, key: str) -> None:
    configuration = cluster(account, public=True, StorageEncrypted=True, KmsKeyId=key)

    assert store_of(account, aws, configuration) == VectorStore(
        "Cluster vectors", key, owned(key), public=("Instance vectors-1 is publicly accessible.",)
    )


def test_reads_a_cluster_that_is_not_encrypted(account: Account, aws: Aws) -> None:
    store = store_of(account, aws, cluster(account, StorageEncrypted=False))

    assert isinstance(store, VectorStore)
    assert (store.encrypted, store.public) == (False, ())


@pytest.mark.parametrize("named_by", ["index ARN", "bucket ARN and name"])
def test_reads_an_index_of_a_vector_bucket(account: Account, aws: Aws, key: str, named_by: str) -> None:
    bucket = vector_bucket(account, sseType="aws:kms", kmsKeyArn=key)
    configuration = of_index(indexArn=f"{bucket}/index/idx")
    if named_by != "index ARN":
        configuration = of_index(vectorBucketArn=bucket, indexName="idx")

    assert store_of(account, aws, configuration) == VectorStore("Vector index vectors/idx", key, owned(key))


def test_reads_a_vector_bucket_that_lets_in_everybody(account: Account, aws: Aws) -> None:
    bucket = vector_bucket(account)
    account.session().client("s3vectors").put_vector_bucket_policy(
        vectorBucketName="vectors", policy=policy(OPEN | {"Sid": "All", "Action": "s3vectors:QueryVectors"})
    )

    assert store_of(account, aws, of_index(indexArn=f"{bucket}/index/idx")) == VectorStore(
        "Vector index vectors/idx",
        None,
        None,
        everybody=('Statement "All" of its bucket policy lets in everybody.',),
    )


def test_reads_a_graph(account: Account, aws: Aws, key: str) -> None:
    configuration = of_graph(account, kmsKeyIdentifier=key, publicConnectivity=True)

    assert store_of(account, aws, configuration) == VectorStore(
        "Graph g", key, owned(key), public=("It has public connectivity.",)
    )


def test_reads_a_graph_under_a_key_that_aws_owns(account: Account, aws: Aws) -> None:
    assert store_of(account, aws, of_graph(account)) == VectorStore("Graph g", None, None)


def test_a_graph_that_tells_no_key_is_under_one_that_aws_owns(aws: Aws) -> None:
    arn = "arn:aws:neptune-graph:us-east-1:123456789012:graph/g-abcdefghij"
    with Stubber(aws.client("neptune-graph")) as neptune_says:
        graph = {"id": "g-abcdefghij", "name": "g", "arn": arn}
        neptune_says.add_response("get_graph", graph, {"graphIdentifier": "g-abcdefghij"})

        assert vector_stores.neptune_graph(aws, arn) == VectorStore("Graph g", None, None)


@pytest.mark.parametrize("kind", ["PINECONE", "REDIS_ENTERPRISE_CLOUD", "MONGO_DB_ATLAS"])
def test_reads_the_secret_of_a_vendors_store(account: Account, aws: Aws, key: str, kind: str) -> None:
    secret = account.session().client("secretsmanager").create_secret(Name="vendor", SecretString="{}", KmsKeyId=key)

    assert store_of(account, aws, vendor(secret["ARN"], kind)) == VectorStore("Secret vendor", key, owned(key))


def test_a_secret_without_a_key_has_that_of_secrets_manager(account: Account, aws: Aws) -> None:
    secret = account.session().client("secretsmanager").create_secret(Name="vendor", SecretString="{}")

    store = store_of(account, aws, vendor(secret["ARN"]))

    assert isinstance(store, VectorStore)
    assert store.key is not None
    assert store.key.manager == "AWS"


def test_reads_the_key_of_a_managed_knowledge_base(account: Account, aws: Aws, key: str) -> None:
    configuration = {
        "type": "MANAGED",
        "managedKnowledgeBaseConfiguration": {
            "embeddingModelType": "MANAGED",
            "serverSideEncryptionConfiguration": {"kmsKeyArn": key},
        },
    }
    base = made(account.session().client("bedrock-agent"), "policies", configuration)

    assert vector_stores.stored_knowledge_bases(aws) == (
        StoredKnowledgeBase(base, {}, "MANAGED", VectorStore("The managed store", key, owned(key))),
    )


def test_other_types_have_no_store(account: Account, aws: Aws) -> None:
    base = made(
        account.session().client("bedrock-agent"),
        "warehouse",
        {"type": "SQL", "sqlKnowledgeBaseConfiguration": {"type": "REDSHIFT"}},
    )

    assert vector_stores.stored_knowledge_bases(aws) == (StoredKnowledgeBase(base, {}, "SQL", None),)


@pytest.mark.parametrize(
    ("configuration", "store"),
    [
        pytest.param(
            of_collection("abcdefghijklmnopqrst"),
            AbsentStore(
                "Collection arn:aws:aoss:us-east-1:123456789012:collection/abcdefghijklmnopqrst",
                "which does not exist",
            ),
            id="collection",
        ),
        pytest.param(
            of_cluster("arn:aws:rds:us-east-1:123456789012:cluster:gone"),
            AbsentStore("Cluster gone", "which does not exist"),
            id="cluster",
        ),
        pytest.param(
            of_index(indexArn="arn:aws:s3vectors:us-east-1:123456789012:bucket/gone/index/idx"),
            AbsentStore("Vector index gone/idx", "which does not exist"),
            id="vector index",
        ),
        pytest.param(
            {
                "type": "NEPTUNE_ANALYTICS",
                "neptuneAnalyticsConfiguration": {
                    "graphArn": "arn:aws:neptune-graph:us-east-1:123456789012:graph/g-abcdefghij",
                    "fieldMapping": TEXT,
                },
            },
            AbsentStore("Graph g-abcdefghij", "which does not exist"),
            id="graph",
        ),
        pytest.param(
            {
                "type": "OPENSEARCH_MANAGED_CLUSTER",
                "opensearchManagedClusterConfiguration": {
                    "domainArn": "arn:aws:es:us-east-1:123456789012:domain/gone",
                    "domainEndpoint": "https://gone.us-east-1.es.amazonaws.com",
                    "vectorIndexName": "i",
                    "fieldMapping": FIELDS,
                },
            },
            AbsentStore("Domain gone", "which does not exist"),
            id="domain",
        ),
        pytest.param(
            vendor("arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-abcdef"),
            AbsentStore(
                "Secret arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-abcdef", "which does not exist"
            ),
            id="secret",
        ),
        pytest.param(of_cluster(FOREIGN), AbsentStore(FOREIGN, "which another account owns"), id="another account's"),
    ],
)
def test_stores_that_this_account_does_not_have_are_absent(
    account: Account, aws: Aws, configuration: dict[str, Any], store: AbsentStore
) -> None:
    assert store_of(account, aws, configuration) == store


def test_one_store_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws) -> None:
    agents = account.session().client("bedrock-agent")
    hidden = made(agents, "hidden", PLAIN, storageConfiguration=cluster(account))
    other = made(agents, "other", MANAGED)
    account.faults.deny("rds:DescribeDBInstances")

    found = {one.resource: one for one in vector_stores.stored_knowledge_bases(aws)}

    unreadable = found[hidden]
    assert isinstance(unreadable, Unreadable)
    assert "AccessDenied" in unreadable.code
    assert isinstance(found[other], StoredKnowledgeBase)


def test_a_knowledge_base_that_cannot_be_read_is_unreadable(account: Account, aws: Aws) -> None:
    made(account.session().client("bedrock-agent"), "hidden", PLAIN)
    account.faults.deny("bedrock:GetKnowledgeBase")

    (found,) = vector_stores.stored_knowledge_bases(aws)

    assert isinstance(found, Unreadable)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws, key: str) -> None:
    session = account.session()
    agents, aoss = session.client("bedrock-agent"), session.client("opensearchserverless")
    collection_id = made_collection(aoss, "claims", key)
    network(aoss, "net", "collection/*", public=False)
    access(aoss, "data", "index/claims/*", "*")
    secret = session.client("secretsmanager").create_secret(Name="vendor", SecretString="{}")
    stores = (
        of_collection(collection_id),
        of_domain(account),
        cluster(account),
        of_index(indexArn=f"{vector_bucket(account)}/index/idx"),
        of_graph(account),
        vendor(secret["ARN"]),
    )
    for number, store in enumerate(stores):
        made(agents, f"kb-{number}", PLAIN, storageConfiguration=store)
    session.client("kms").enable_key_rotation(KeyId=key)
    before = len(account.calls)

    vector_stores.stored_knowledge_bases(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in vector_stores.stored_knowledge_bases.actions}


def test_an_instance_of_which_nobody_says_whether_it_is_public_cannot_be_read(account: Account, aws: Aws) -> None:
    arn = cluster(account)["rdsConfiguration"]["resourceArn"]

    def silent(parsed: dict[str, Any], **_: object) -> None:
        for instance in parsed["DBInstances"]:
            del instance["PubliclyAccessible"]

    aws.client("rds").meta.events.register("after-call.rds.DescribeDBInstances", silent)

    with pytest.raises(KeyError, match="PubliclyAccessible"):
        vector_stores.aurora_cluster(aws, arn)
