"""
The stack of one account, in every account of an organization.

AWS CloudFormation StackSets does the work: service-managed permissions, and deployment to accounts that join. It
copies a template, not the files that the template names; so every Region gets a bucket that the organization may
read, and the CDK's own publishing fills it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_config as config
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_s3_assets import Asset

from cdk.stack import RulesStack, code_asset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from cdk.bundle import Bundle
    from cdk.organization_settings import Organization
    from cdk.settings import Settings

PUBLISHER = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-file-publishing-role-${AWS::AccountId}"
"""The role of the bootstrap stack that uploads files; its own policy names the bootstrap bucket only."""
AGGREGATE = "service-role/AWSConfigRoleForOrganizations"


@dataclass(frozen=True)
class Member:
    """A template for member accounts: the Regions that get it, the file, and the files that it names in turn."""

    name: str
    regions: tuple[str, ...]
    template: Path
    files: tuple[Path, ...]


class AssetsStack(cdk.Stack):
    """The bucket of one Region that every account of the organization may read."""

    def __init__(self, scope: Construct, region: str, *, settings: Settings, organization: Organization) -> None:
        super().__init__(
            scope,
            f"{settings.prefix}-assets-{region}",
            env=cdk.Environment(account=organization.administrator, region=region),
            termination_protection=settings.termination_protection,
            description="The code of AWS Config rules for the accounts of the organization.",
        )
        bucket = s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=organization.assets_bucket(settings.prefix, region),
            bucket_encryption=s3.CfnBucket.BucketEncryptionProperty(
                server_side_encryption_configuration=[
                    s3.CfnBucket.ServerSideEncryptionRuleProperty(
                        # Other accounts would need the key as well; what is in here is no secret.
                        server_side_encryption_by_default=s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
                            sse_algorithm="AES256"
                        )
                    )
                ]
            ),
            public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
        )
        # CloudFormation cannot delete a bucket that holds something, and accounts may still be on older code.
        bucket.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        cdk.Validations.of(bucket).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-S1",
                reason="It holds the code that is public with the project; nobody's data is in it.",
            )
        )
        s3.CfnBucketPolicy(
            self, "Policy", bucket=bucket.ref, policy_document=_bucket_policy(bucket.attr_arn, organization, region)
        )


class CodeStack(cdk.Stack):
    """What the CDK uploads into the bucket of a Region, before any account is told of it."""

    def __init__(
        self,
        scope: Construct,
        region: str,
        *,
        settings: Settings,
        organization: Organization,
        bundle: Bundle,
        files: Sequence[Path],
    ) -> None:
        super().__init__(
            scope,
            f"{settings.prefix}-code-{region}",
            env=cdk.Environment(account=organization.administrator, region=region),
            synthesizer=cdk.DefaultStackSynthesizer(
                file_assets_bucket_name=organization.assets_bucket(settings.prefix, region)
            ),
            description="Uploads the code of AWS Config rules; has nothing of its own.",
        )
        code_asset(self, bundle)
        for file in files:
            Asset(self, file.stem, path=str(file))
        # A stack has at least one resource, and this one is nothing.
        cdk.CfnWaitConditionHandle(self, "Nothing")


class OrganizationStack(cdk.Stack):
    """The stack sets, and the aggregator that shows all accounts in one place."""

    def __init__(
        self, scope: Construct, *, settings: Settings, organization: Organization, members: Sequence[Member]
    ) -> None:
        super().__init__(
            scope,
            f"{settings.prefix}-organization",
            env=cdk.Environment(
                account=organization.administrator, region=settings.global_region or settings.regions[0]
            ),
            termination_protection=settings.termination_protection,
            description="AWS Config rules on the customer's duties for AI workloads, in every account.",
        )
        for member in members:
            cdk.CfnStackSet(
                self,
                member.name.capitalize(),
                stack_set_name=f"{settings.prefix}-{member.name}",
                description="AWS Config rules on the customer's duties for AI workloads.",
                permission_model="SERVICE_MANAGED",
                call_as="DELEGATED_ADMIN" if organization.delegated else "SELF",
                auto_deployment=cdk.CfnStackSet.AutoDeploymentProperty(
                    enabled=True, retain_stacks_on_account_removal=False
                ),
                managed_execution={"Active": True},
                capabilities=["CAPABILITY_NAMED_IAM"],
                operation_preferences=cdk.CfnStackSet.OperationPreferencesProperty(
                    # One account without a recorder must not keep the others from their rules.
                    failure_tolerance_percentage=100,
                    max_concurrent_percentage=100,
                    region_concurrency_type="PARALLEL",
                ),
                stack_instances_group=[
                    cdk.CfnStackSet.StackInstancesProperty(
                        deployment_targets=cdk.CfnStackSet.DeploymentTargetsProperty(
                            organizational_unit_ids=list(organization.targets)
                        ),
                        regions=list(member.regions),
                    )
                ],
                template_url=Asset(self, f"{member.name}-template", path=str(member.template)).http_url,
            )
        if organization.aggregator:
            self._aggregator(settings)

    def _aggregator(self, settings: Settings) -> None:
        role = iam.CfnRole(
            self,
            "AggregatorRole",
            description="Lets AWS Config list the accounts of the organization.",
            assume_role_policy_document={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "config.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
                    }
                ],
            },
            managed_policy_arns=[cdk.Fn.sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{AGGREGATE}")],
        )
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id=f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{AGGREGATE}]",
                reason="AWS maintains what AWS Config needs to follow an organization's accounts.",
            )
        )
        config.CfnConfigurationAggregator(
            self,
            "Aggregator",
            configuration_aggregator_name=settings.prefix,
            organization_aggregation_source=config.CfnConfigurationAggregator.OrganizationAggregationSourceProperty(
                role_arn=role.attr_arn, all_aws_regions=False, aws_regions=list(settings.regions)
            ),
        )


def add_organization(
    app: cdk.App, settings: Settings, organization: Organization, bundle: Bundle, folder: Path
) -> list[cdk.Stack]:
    """
    Return the stacks of the administrator account, in the order in which they are deployed.

    `folder` is where the templates for member accounts are written.
    """
    members = member_templates(settings, organization, bundle, folder)
    stack = OrganizationStack(app, settings=settings, organization=organization, members=members)
    stacks: list[cdk.Stack] = []
    for region in settings.regions:
        assets = AssetsStack(app, region, settings=settings, organization=organization)
        files = [file for member in members if region in member.regions for file in member.files]
        code = CodeStack(app, region, settings=settings, organization=organization, bundle=bundle, files=files)
        code.add_stack_dependency(assets, "The code goes into the bucket.")
        stack.add_stack_dependency(code, "Functions are created from the code.")
        stacks += [assets, code]
    return [*stacks, stack]


def member_templates(
    settings: Settings, organization: Organization, bundle: Bundle, folder: Path
) -> tuple[Member, ...]:
    """
    Return the templates for member accounts: one for the Region that judges IAM, one for the others.

    A stack set deploys one template to all of its Regions, and rules on IAM belong in one Region only.
    """
    one = settings.global_region
    parts = {
        "rules": tuple(region for region in settings.regions if region != one),
        "rules-and-iam": tuple(region for region in settings.regions if region == one),
    }
    members = []
    for name, regions in parts.items():
        if regions:
            of_any_region = dataclasses.replace(
                settings, rules=settings.rules_in(regions[0]), regions=(), global_region=None, organization=None
            )
            bucket = organization.assets_bucket(settings.prefix, "${AWS::Region}")
            members.append(Member(name, regions, *_synthesised(of_any_region, bundle, bucket, folder / name)))
    return tuple(members)


def _synthesised(settings: Settings, bundle: Bundle, bucket: str, folder: Path) -> tuple[Path, tuple[Path, ...]]:
    """Return the template of one account's stack, and the files beside the bundle that it takes from `bucket`."""
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    stack = RulesStack(
        app,
        settings.prefix,
        settings=settings,
        bundle=bundle,
        synthesizer=cdk.DefaultStackSynthesizer(
            file_assets_bucket_name=bucket,
            # Member accounts need no bootstrapping: nothing is published there.
            generate_bootstrap_version_rule=False,
        ),
    )
    template = Path(app.synth().get_stack_artifact(stack.artifact_id).template_full_path)
    assets = json.loads(template.with_name(f"{stack.artifact_id}.assets.json").read_text(encoding="utf-8"))
    files = [folder / asset["source"]["path"] for asset in assets["files"].values()]
    return template, tuple(file for file in files if file.suffix != ".zip" and file != template)


def _bucket_policy(arn: str, organization: Organization, region: str) -> dict[str, Any]:
    objects = cdk.Fn.join("", [arn, "/*"])
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TheOrganizationReads",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                "Resource": objects,
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization.id}},
            },
            {
                "Sid": "TheCdkPublishes",
                "Effect": "Allow",
                "Principal": {"AWS": cdk.Fn.sub(f"{PUBLISHER}-{region}")},
                "Action": [
                    "s3:GetBucketLocation",
                    "s3:GetEncryptionConfiguration",
                    "s3:GetObject",
                    "s3:ListBucket",
                    "s3:PutObject",
                ],
                "Resource": [arn, objects],
            },
            {
                "Sid": "OverTlsOnly",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "s3:*",
                "Resource": [arn, objects],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
