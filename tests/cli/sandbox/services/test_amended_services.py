import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

EVERYBODY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}
TLS_ONLY = EVERYBODY | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}


class TestBuckets:
    @pytest.fixture
    def s3(self, account: Account) -> Any:
        client = account.session().client("s3")
        client.create_bucket(Bucket="logs")
        client.put_object(Bucket="logs", Key="k", Body=b"content")
        return client

    def test_a_new_bucket_is_encrypted_and_blocks_public_access(self, s3: Any) -> None:
        [rule] = s3.get_bucket_encryption(Bucket="logs")["ServerSideEncryptionConfiguration"]["Rules"]
        block = s3.get_public_access_block(Bucket="logs")["PublicAccessBlockConfiguration"]

        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        assert set(block.values()) == {True}

    def test_what_was_configured_is_what_is_shown(self, s3: Any) -> None:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/logs"}
        rules = [{"ApplyServerSideEncryptionByDefault": default}]
        s3.put_bucket_encryption(Bucket="logs", ServerSideEncryptionConfiguration={"Rules": rules})
        s3.delete_public_access_block(Bucket="logs")
        [rule] = s3.get_bucket_encryption(Bucket="logs")["ServerSideEncryptionConfiguration"]["Rules"]

        assert rule["ApplyServerSideEncryptionByDefault"] == default
        with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
            s3.get_public_access_block(Bucket="logs")

    def test_a_bucket_that_does_not_exist_has_no_encryption(self, s3: Any) -> None:
        with pytest.raises(ClientError, match="NoSuchBucket"):
            s3.get_bucket_encryption(Bucket="none")

    @pytest.mark.parametrize(
        ("statements", "read"),
        [
            pytest.param([TLS_ONLY], True, id="conditional-denial"),
            pytest.param([EVERYBODY], False, id="denial-of-everybody"),
            pytest.param(EVERYBODY, False, id="single-statement"),
            pytest.param([EVERYBODY | {"Principal": {"AWS": "*"}}], False, id="denial-of-every-principal"),
            pytest.param([EVERYBODY | {"Principal": {"AWS": "arn:aws:iam::1:root"}}], True, id="denial-of-another"),
            pytest.param([EVERYBODY | {"Resource": "arn:aws:s3:::other/*"}], True, id="denial-elsewhere"),
        ],
    )
    def test_policies_bind_object_calls_where_they_bind_everybody(
        self, s3: Any, statements: object, read: bool
    ) -> None:
        s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))

        if read:
            assert s3.get_object(Bucket="logs", Key="k")["Body"].read() == b"content"
        else:
            with pytest.raises(ClientError, match="403"):
                s3.get_object(Bucket="logs", Key="k")

    def test_buckets_are_listed_in_pages(self, s3: Any) -> None:
        s3.create_bucket(Bucket="more-logs")
        pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})

        assert [[each["Name"] for each in page["Buckets"]] for page in pages] == [["logs"], ["more-logs"]]


class TestKeys:
    @pytest.fixture
    def kms(self, account: Account) -> Any:
        return account.session().client("kms")

    def test_keys_of_aws_say_so(self, kms: Any) -> None:
        by_alias = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        by_id = kms.describe_key(KeyId=by_alias["Arn"])["KeyMetadata"]
        listed = {each["AliasName"]: each["TargetKeyId"] for each in kms.list_aliases()["Aliases"]}

        assert (by_alias["KeyManager"], by_id) == ("AWS", by_alias)
        assert listed["alias/aws/s3"] == by_alias["KeyId"]
        assert kms.get_key_rotation_status(KeyId=by_alias["KeyId"])["KeyRotationEnabled"]

    def test_keys_of_aws_are_there_as_soon_as_they_are_asked_for(self, kms: Any) -> None:
        listed = {each["AliasName"]: each["TargetKeyId"] for each in kms.list_aliases()["Aliases"]}
        shown = kms.describe_key(KeyId=listed["alias/aws/ebs"])["KeyMetadata"]

        assert (shown["KeyManager"], shown["KeyState"]) == ("AWS", "Enabled")

    def test_keys_of_customers_and_unknown_ones(self, kms: Any) -> None:
        key = kms.create_key()["KeyMetadata"]["KeyId"]

        assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "CUSTOMER"
        with pytest.raises(ClientError, match="NotFoundException"):
            kms.describe_key(KeyId="alias/none")

    def test_only_asymmetric_keys_have_a_key_pair_of_their_own(self, kms: Any) -> None:
        made = [kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"] for _ in range(2)]
        pairs = {kms.get_public_key(KeyId=each["KeyId"])["PublicKey"] for each in made}
        secret = kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"text")["CiphertextBlob"]

        assert len(pairs) == 2
        assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"text"

    def test_states_change_by_arn_as_by_id(self, kms: Any) -> None:
        key = kms.create_key()["KeyMetadata"]["Arn"]

        def state() -> str:
            return str(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])

        kms.disable_key(KeyId=key)
        assert state() == "Disabled"
        kms.enable_key(KeyId=key)
        assert state() == "Enabled"
        kms.schedule_key_deletion(KeyId=key)
        assert state() == "PendingDeletion"
        kms.cancel_key_deletion(KeyId=key)
        assert state() == "Disabled"


@pytest.mark.parametrize(
    ("operation", "items", "minimum"),
    [
        ("describe_subnets", "Subnets", 6),
        ("describe_vpcs", "Vpcs", 1),
        ("describe_security_groups", "SecurityGroups", 1),
        ("describe_route_tables", "RouteTables", 1),
    ],
)
def test_ec2_listings_come_in_the_pages_asked_for(account: Account, operation: str, items: str, minimum: int) -> None:
    client = account.session().client("ec2")
    whole = getattr(client, operation)()
    pages = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 5}))

    assert "NextToken" not in whole
    assert len(whole[items]) >= minimum
    assert [len(page[items]) for page in pages] == [5, 1] if minimum == 6 else [minimum]
    assert [each for page in pages for each in page[items]] == whole[items]


@pytest.mark.slow
def test_public_images_are_there_to_be_found_and_started(account: Account) -> None:
    ec2 = account.session().client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]

    assert ec2.describe_images(ImageIds=[image])["Images"][0]["Public"]
    assert ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["ImageId"] == image


def test_endpoints_keep_their_settings_through_pages(account: Account) -> None:
    client = account.session().client("ec2")
    vpc = client.describe_vpcs()["Vpcs"][0]["VpcId"]
    for service in ("bedrock", "bedrock-runtime"):
        client.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.us-east-1.{service}",
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
        )
    account.faults.page_size(1)
    pages = list(client.get_paginator("describe_vpc_endpoints").paginate())
    account.faults.clear()

    assert [len(page["VpcEndpoints"]) for page in pages] == [1, 1]
    assert [each for page in pages for each in page["VpcEndpoints"]] == client.describe_vpc_endpoints()["VpcEndpoints"]


class TestLogs:
    @pytest.fixture
    def logs(self, account: Account) -> Any:
        client = account.session().client("logs")
        client.create_log_group(logGroupName="/bedrock")
        return client

    def test_keys_come_and_go(self, logs: Any) -> None:
        key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"

        def shown() -> object:
            return logs.describe_log_groups()["logGroups"][0].get("kmsKeyId")

        logs.associate_kms_key(logGroupName="/bedrock", kmsKeyId=key)
        assert shown() == key
        logs.disassociate_kms_key(logGroupName="/bedrock")
        assert shown() is None
        logs.associate_kms_key(
            resourceIdentifier="arn:aws:logs:us-east-1:123456789012:log-group:/bedrock", kmsKeyId=key
        )
        assert shown() == key
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            logs.associate_kms_key(logGroupName="/none", kmsKeyId=key)

    def test_data_protection_makes_the_round(self, logs: Any) -> None:
        arn = "arn:aws:logs:us-east-1:123456789012:log-group:/bedrock"
        assert "policyDocument" not in logs.get_data_protection_policy(logGroupIdentifier="/bedrock")
        assert "dataProtectionStatus" not in logs.describe_log_groups()["logGroups"][0]
        logs.put_data_protection_policy(logGroupIdentifier="/bedrock", policyDocument='{"Name": "n"}')
        assert logs.get_data_protection_policy(logGroupIdentifier=arn)["policyDocument"] == '{"Name": "n"}'
        assert logs.describe_log_groups()["logGroups"][0]["dataProtectionStatus"] == "ACTIVATED"
        logs.delete_data_protection_policy(logGroupIdentifier="/bedrock")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            logs.delete_data_protection_policy(logGroupIdentifier="/bedrock")
        with pytest.raises(ClientError, match="InvalidParameterException"):
            logs.put_data_protection_policy(logGroupIdentifier="/bedrock", policyDocument="{")

    def test_a_new_group_of_the_same_name_has_no_protection(self, logs: Any) -> None:
        logs.put_data_protection_policy(logGroupIdentifier="/bedrock", policyDocument="{}")
        logs.delete_log_group(logGroupName="/bedrock")
        logs.create_log_group(logGroupName="/bedrock")

        assert "policyDocument" not in logs.get_data_protection_policy(logGroupIdentifier="/bedrock")

    def test_policies_of_the_account_make_the_round(self, account: Account, logs: Any) -> None:
        for name in ("a", "b"):
            logs.put_account_policy(policyName=name, policyDocument="{}", policyType="DATA_PROTECTION_POLICY")
        account.faults.page_size(1)
        first = logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY")
        second = logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY", nextToken=first["nextToken"])
        account.faults.clear()
        listed = [each["policyName"] for page in (first, second) for each in page["accountPolicies"]]
        logs.delete_account_policy(policyName="a", policyType="DATA_PROTECTION_POLICY")
        [left] = logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY", policyName="b")["accountPolicies"]

        assert (listed, left["accountId"]) == (["a", "b"], "123456789012")
        assert logs.describe_account_policies(policyType="RETENTION_POLICY")["accountPolicies"] == []
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            logs.delete_account_policy(policyName="a", policyType="DATA_PROTECTION_POLICY")

    def test_policies_of_the_account_and_of_one_group_are_apart(self, logs: Any) -> None:
        arn = "arn:aws:logs:us-east-1:123456789012:log-group:/bedrock"
        logs.put_resource_policy(policyName="account", policyDocument="{}")
        logs.put_resource_policy(resourceArn=arn, policyDocument='{"Statement": []}')
        [of_account] = logs.describe_resource_policies()["resourcePolicies"]
        [of_group] = logs.describe_resource_policies(resourceArn=arn)["resourcePolicies"]

        assert of_account["policyName"] == "account"
        assert (of_group["policyDocument"], of_group["policyScope"]) == ('{"Statement": []}', "RESOURCE")
        assert logs.describe_resource_policies(policyScope="RESOURCE")["resourcePolicies"] == [of_group]
        logs.delete_resource_policy(resourceArn=arn)
        logs.delete_resource_policy(policyName="account")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            logs.delete_resource_policy(resourceArn=arn)


def test_a_function_is_in_the_vpc_of_its_subnets(account: Account) -> None:
    session = account.session()
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    session.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("m.py", "")
    create = {
        "Role": "arn:aws:iam::123456789012:role/r",
        "Runtime": "python3.13",
        "Handler": "m.h",
        "Code": {"ZipFile": archive.getvalue()},
    }
    client = session.client("lambda")
    client.create_function(
        FunctionName="inside", VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]}, **create
    )
    client.create_function(FunctionName="outside", **create)
    client.create_function(FunctionName="left", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []}, **create)

    inside = client.get_function_configuration(FunctionName="inside")["VpcConfig"]
    assert (inside["VpcId"], inside["SubnetIds"]) == (vpc, [subnet])
    assert "VpcConfig" not in client.get_function_configuration(FunctionName="outside")
    assert not client.get_function_configuration(FunctionName="left")["VpcConfig"].get("VpcId")
