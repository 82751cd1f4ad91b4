"""Deploying the synthesised stack into the embedded account, the way the AWS CDK does into a real one."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rules.permissions.document import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import boto3

FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class DeployedFunction:
    """
    A function of the stack, as the account has it after deployment.

    `code` is the folder with its real asset, `variables` its environment; `role_arn` and `actions` are its execution
    role and the actions that the role allows.
    """

    name: str
    handler: str
    code: Path
    role_arn: str
    actions: frozenset[str]
    variables: Mapping[str, str]


class DeploymentError(Exception):
    """The synthesised stack cannot be deployed; the message says what is missing."""


def deploy(assembly: Path, session: boto3.session.Session, folder: Path) -> tuple[DeployedFunction, ...]:
    """
    Deploy the stack that a cloud assembly has for the session's Region.

    Return its functions, their assets unpacked into `folder`. Raises DeploymentError when the assembly has no such
    stack, or when not all of it could be deployed.
    """
    stacks = {region: (stack, template) for region, stack, template in _stacks(assembly)}
    if session.region_name not in stacks:
        raise DeploymentError(f"no stack for {session.region_name}; there are stacks for {', '.join(sorted(stacks))}")
    stack, template = stacks[session.region_name]
    _bootstrap(assembly, session, template)
    cloudformation = session.client("cloudformation")
    with warnings.catch_warnings(record=True) as lacking:
        warnings.simplefilter("always")
        cloudformation.create_stack(
            StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
        )
    if lacking:
        raise DeploymentError(str(lacking[0].message))
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    functions = [one for one in resources if one["ResourceType"] == "AWS::Lambda::Function"]
    wanted = sum(one["Type"] == "AWS::Lambda::Function" for one in template["Resources"].values())
    if len(functions) != wanted:
        raise DeploymentError(f"{len(functions)} of the template's {wanted} functions were deployed")
    unpack = _Unpacker(session, folder)
    return tuple(
        _function(
            session,
            one["PhysicalResourceId"],
            unpack(template["Resources"][one["LogicalResourceId"]]["Properties"]["Code"]),
        )
        for one in sorted(functions, key=lambda one: str(one["PhysicalResourceId"]))
    )


def _stacks(assembly: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (Region, stack name, template) of every stack of the assembly."""
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    for artifact in manifest["artifacts"].values():
        if artifact["type"] == "aws:cloudformation:stack":
            properties = artifact["properties"]
            region = artifact["environment"].rpartition("/")[2]
            template = json.loads((assembly / properties["templateFile"]).read_text(encoding="utf-8"))
            yield region, properties["stackName"], template


def _bootstrap(assembly: Path, session: boto3.session.Session, template: dict[str, Any]) -> None:
    account = session.client("sts").get_caller_identity()["Account"]
    s3 = session.client("s3")
    for assets in assembly.glob("*.assets.json"):
        for file in json.loads(assets.read_text(encoding="utf-8"))["files"].values():
            source = assembly / file["source"]["path"]
            content = _zipped(source) if file["source"]["packaging"] == "zip" else source.read_bytes()
            for destination in file["destinations"].values():
                if destination.get("region", session.region_name) != session.region_name:
                    continue
                bucket = _filled(destination["bucketName"], account, session.region_name)
                _ensure_bucket(s3, bucket)
                s3.put_object(Bucket=bucket, Key=destination["objectKey"], Body=content)
    version = template.get("Parameters", {}).get("BootstrapVersion")
    if version is not None:
        session.client("ssm").put_parameter(Name=version["Default"], Value="30", Type="String", Overwrite=True)


def _filled(text: str, account: str, region: str) -> str:
    for name, value in (("AccountId", account), ("Region", region), ("Partition", "aws")):
        text = text.replace("${AWS::" + name + "}", value)
    return text


def _ensure_bucket(s3: Any, bucket: str) -> None:
    if bucket not in {one["Name"] for one in s3.list_buckets()["Buckets"]}:
        if s3.meta.region_name == "us-east-1":
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})


def _zipped(source: Path) -> bytes:
    if source.is_file():
        return source.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), FIXED_TIME)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=1)
    return buffer.getvalue()


class _Unpacker:
    def __init__(self, session: boto3.session.Session, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._account = session.client("sts").get_caller_identity()["Account"]
        self._unpacked: dict[tuple[str, str], tuple[Path, str]] = {}

    def __call__(self, code: dict[str, Any]) -> tuple[Path, str]:
        """Return where an asset is unpacked, and its digest as AWS Lambda writes it."""
        bucket = code["S3Bucket"]
        bucket = bucket if isinstance(bucket, str) else bucket["Fn::Sub"]
        place = _filled(bucket, self._account, self._session.region_name), code["S3Key"]
        if place not in self._unpacked:
            self._unpacked[place] = self._unpack(*place)
        return self._unpacked[place]

    def _unpack(self, bucket: str, key: str) -> tuple[Path, str]:
        content = self._session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        target = self._folder / Path(key).stem
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(target)
        return target, base64.b64encode(hashlib.sha256(content).digest()).decode()


def _function(session: boto3.session.Session, name: str, code: tuple[Path, str]) -> DeployedFunction:
    folder, digest = code
    configuration = session.client("lambda").get_function(FunctionName=name)["Configuration"]
    if configuration["CodeSha256"] != digest:
        raise DeploymentError(f"{name} carries other code than its asset")
    return DeployedFunction(
        name=name,
        handler=configuration["Handler"],
        code=folder,
        role_arn=configuration["Role"],
        actions=frozenset(_actions(session, configuration["Role"].rpartition("/")[2])),
        variables=configuration.get("Environment", {}).get("Variables", {}),
    )


def _actions(session: boto3.session.Session, role: str) -> Iterator[str]:
    iam = session.client("iam")
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        policy = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        documents.append(version["PolicyVersion"]["Document"])
    for document in documents:
        for statement in parse(document).statements:
            yield from statement.actions or ()
