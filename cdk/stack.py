"""The stack of one account and Region: a function per rule with all that surrounds it, then the conformance pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_config as config
from aws_cdk.aws_s3_assets import Asset

from cdk import pack
from cdk.alerts import Alerter, AlertTopic, Watchdog, waiting_alarm
from cdk.blueprint import blueprint_of
from cdk.event_queue import rules_of, tls_only_queue
from cdk.findings import Findings
from cdk.function import RuleFunction, Shared
from cdk.remediation.construct import Runbooks
from rules.delivery.blueprint import Place

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct

    from cdk.bundle import Bundle
    from cdk.settings import Settings
    from rules.engine.rule import Rule


class RulesStack(cdk.Stack):
    """The rules of one account and Region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        bundle: Bundle,
        region: str | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            synthesizer=synthesizer,
            stack_name=settings.prefix,
            env=cdk.Environment(region=region),
            # In the accounts of an organization the stack set deploys, and it protects no stack.
            termination_protection=settings.termination_protection,
            description="AWS Config rules on the customer's duties for AI workloads.",
        )
        rules = settings.rules_in(region)
        failures = tls_only_queue(self, "Failures", f"{settings.prefix}-failures", sender=rules_of(settings.prefix))
        topic = AlertTopic(self, "Alerts", prefix=settings.prefix, settings=settings.alerts)
        shared = Shared(
            settings.prefix, code_asset(self, bundle), failures, settings.log_retention_days, (topic.topic.ref,)
        )
        waiting_alarm(self, "FailuresWaiting", f"{settings.prefix}-failures", failures, shared)
        functions = {rule: RuleFunction(self, shared, rule) for rule in rules}
        listening = self._deliver(settings, region, shared, topic)
        if settings.remediation:
            listening += Runbooks(self, "Runbooks", prefix=settings.prefix, remediation=settings.remediation).documents
        self._pack(settings, region, functions, bundle.path.parent, listening)

    def _deliver(
        self, settings: Settings, region: str | None, shared: Shared, topic: AlertTopic
    ) -> list[cdk.CfnResource]:
        """Add what makes findings and messages of verdicts; return what has to be there before the first verdict."""
        listening: list[cdk.CfnResource] = []
        if settings.security_hub:
            findings = Findings(self, "Findings", shared)
            listening.append(findings.changes.rule)
        if settings.alerts.minimum_severity is not None:
            alerter = Alerter(self, "Alerter", shared, topic=topic, at_least=settings.alerts.minimum_severity)
            listening.append(alerter.changes.rule)
        place = Place(cdk.Aws.PARTITION, cdk.Aws.REGION, cdk.Aws.ACCOUNT_ID)
        Watchdog(
            self,
            "Watchdog",
            shared,
            topic=topic,
            blueprint=blueprint_of(settings, place, stack_region=region),
        )
        return listening

    def _pack(
        self,
        settings: Settings,
        region: str | None,
        functions: dict[type[Rule[Any]], RuleFunction],
        folder: Path,
        listening: list[cdk.CfnResource],
    ) -> None:
        """Add the pack, after everything that AWS Config needs to invoke its rules."""
        template = pack.deployed_pack(settings, region)
        pack.check_limits(template)
        body = pack.as_json(template)
        inline = len(body.encode()) <= pack.INLINE_BYTES
        conformance_pack = config.CfnConformancePack(
            self,
            "Pack",
            conformance_pack_name=settings.prefix,
            template_body=body if inline else None,
            template_s3_uri=None if inline else self._stored(body, folder),
            conformance_pack_input_parameters=[
                config.CfnConformancePack.ConformancePackInputParameterProperty(
                    parameter_name=pack.arn_parameter(rule), parameter_value=function.function.attr_arn
                )
                for rule, function in functions.items()
            ],
        )
        # PutConfigRule tries the permission, and the first evaluation begins at once.
        for function in functions.values():
            conformance_pack.add_resource_dependency(function.permission)
            conformance_pack.add_resource_dependency(function.retries)
        for resource in listening:
            conformance_pack.add_resource_dependency(resource)

    def _stored(self, body: str, folder: Path) -> str:
        """Return the S3 URI of a pack that is too large for the request."""
        file = folder / f"{self.node.id}.json"
        file.write_text(body, encoding="utf-8")
        return Asset(self, "PackTemplate", path=str(file)).s3_object_url


def code_asset(scope: Construct, bundle: Bundle) -> Asset:
    """Return the bundle as an asset, under a key that is the same wherever it is published."""
    return Asset(
        scope, "Code", path=str(bundle.path), asset_hash=bundle.digest, asset_hash_type=cdk.AssetHashType.CUSTOM
    )
