"""The vector stores of the company's knowledge bases, each made by a function that returns its configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.sandbox.company.networks import CLAIMS

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

FIELDS = {"vectorField": "vector", "textField": "text", "metadataField": "metadata"}
TEXT_FIELDS = {"textField": "text", "metadataField": "metadata"}


def private_collection(site: Site) -> dict[str, Any]:
    """Make a collection with the company's key, which only Amazon Bedrock and the knowledge base's role reach."""
    network = {"AllowFromPublic": False, "SourceServices": ["bedrock.amazonaws.com"]}
    return _collection(site, "handbook", site.keys["models"], network, [site.role("knowledge-base")])


def open_collection(site: Site) -> dict[str, Any]:
    """Make a collection with AWS's key that anybody in the account reaches from anywhere."""
    everybody = [f"arn:aws:iam::{site.account_id}:role/*"]
    return _collection(site, "shared", "auto", {"AllowFromPublic": True}, everybody)


def domain(site: Site) -> dict[str, Any]:
    """Make a domain in a VPC."""
    made = site.client("opensearch").create_domain(
        DomainName="formulary",
        VPCOptions={"SubnetIds": [site.subnets[CLAIMS]]},
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": site.keys["models"]},
    )["DomainStatus"]
    configuration = {"domainArn": made["ARN"], "domainEndpoint": "https://formulary.us-east-1.es.amazonaws.com"}
    return {
        "type": "OPENSEARCH_MANAGED_CLUSTER",
        "opensearchManagedClusterConfiguration": {
            **configuration,
            "vectorIndexName": "formulary",
            "fieldMapping": FIELDS,
        },
    }


def index(site: Site) -> dict[str, Any]:
    """Make an index in a vector bucket."""
    vectors = site.client("s3vectors")
    encryption = {"sseType": "aws:kms", "kmsKeyArn": site.keys["models"]}
    vectors.create_vector_bucket(vectorBucketName="aurelia-lab-reference", encryptionConfiguration=encryption)
    vectors.create_index(
        vectorBucketName="aurelia-lab-reference",
        indexName="reference",
        dataType="float32",
        dimension=1024,
        distanceMetric="cosine",
    )
    bucket = site.arn("s3vectors", "bucket/aurelia-lab-reference")
    return {
        "type": "S3_VECTORS",
        "s3VectorsConfiguration": {"vectorBucketArn": bucket, "indexName": "reference"},
    }


def graph(site: Site) -> dict[str, Any]:
    """Make a graph that only private networks reach."""
    made = site.client("neptune-graph").create_graph(
        graphName="drug-interactions",
        provisionedMemory=16,
        publicConnectivity=False,
        kmsKeyIdentifier=site.keys["models"],
    )
    return {
        "type": "NEPTUNE_ANALYTICS",
        "neptuneAnalyticsConfiguration": {"graphArn": made["arn"], "fieldMapping": TEXT_FIELDS},
    }


def private_cluster(site: Site) -> dict[str, Any]:
    """Make a cluster with the company's key in a private subnet."""
    return _cluster(site, "pathways", public=False)


def public_cluster(site: Site) -> dict[str, Any]:
    """Make a cluster with the company's key that has a public address."""
    return _cluster(site, "transcripts", public=True)


def pinecone(site: Site) -> dict[str, Any]:
    """Keep the credentials of a vendor's store under the company's key."""
    secret = site.client("secretsmanager").create_secret(
        Name="pinecone", SecretString="{}", KmsKeyId=site.keys["models"]
    )
    return {
        "type": "PINECONE",
        "pineconeConfiguration": {
            "connectionString": "https://aurelia.pinecone.example",
            "credentialsSecretArn": secret["ARN"],
            "fieldMapping": TEXT_FIELDS,
        },
    }


def _collection(site: Site, name: str, key: str, network: dict[str, Any], principals: list[str]) -> dict[str, Any]:
    client = site.client("opensearchserverless")
    own = [{"ResourceType": "collection", "Resource": [f"collection/{name}"]}]
    encryption = {"Rules": own, "AWSOwnedKey": key == "auto", "KmsARN": key}
    client.create_security_policy(name=name, type="encryption", policy=json.dumps(encryption))
    made = client.create_collection(name=name, type="VECTORSEARCH")["createCollectionDetail"]
    client.create_security_policy(name=name, type="network", policy=json.dumps([{"Rules": own, **network}]))
    indexes = {"ResourceType": "index", "Resource": [f"index/{name}/*"], "Permission": ["aoss:ReadDocument"]}
    access = [{"Rules": [indexes], "Principal": principals}]
    client.create_access_policy(name=name, type="data", policy=json.dumps(access))
    return {
        "type": "OPENSEARCH_SERVERLESS",
        "opensearchServerlessConfiguration": {
            "collectionArn": made["arn"],
            "vectorIndexName": name,
            "fieldMapping": FIELDS,
        },
    }


def _cluster(site: Site, name: str, *, public: bool) -> dict[str, Any]:
    rds = site.client("rds")
    made = rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        MasterUsername="bedrock",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        KmsKeyId=site.keys["models"],
    )["DBCluster"]
    rds.create_db_instance(
        DBInstanceIdentifier=f"{name}-1",
        DBClusterIdentifier=name,
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
        PubliclyAccessible=public,
    )
    secret = site.client("secretsmanager").create_secret(Name=name, SecretString="{}", KmsKeyId=site.keys["models"])
    return {
        "type": "RDS",
        "rdsConfiguration": {
            "resourceArn": made["DBClusterArn"],
            "credentialsSecretArn": secret["ARN"],
            "databaseName": "vectors",
            "tableName": name,
            "fieldMapping": {**FIELDS, "primaryKeyField": "id"},
        },
    }
