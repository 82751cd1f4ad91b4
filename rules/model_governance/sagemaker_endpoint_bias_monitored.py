"""Rule: sagemaker-endpoint-bias-monitored."""

from typing import Annotated, Literal

from rules.criteria.monitors import last_completed, monitor_defect
from rules.engine.duties import Severity
from rules.engine.parameters import Between
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts import sagemaker_monitoring
from rules.facts.sagemaker_monitoring import MonitoredEndpoint
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerEndpointBiasMonitored(PeriodicRule[MonitoredEndpoint]):
    """
    Checks if Amazon SageMaker AI endpoints are watched by a model-bias or model-quality monitor that works.

    The rule is NON_COMPLIANT if a serving endpoint has no scheduled monitor of such a kind, or none with a recent
    completed execution.

    ## Why
    A model that was fair and accurate when it was evaluated need not stay so: the people and the data change.
    A monitor that is stopped, or fails each time, tells nobody.

    ## Fix
    Capture data on the endpoint, make a job definition, and schedule it:

        aws sagemaker create-model-bias-job-definition --job-definition-name <name> …
        aws sagemaker create-monitoring-schedule --monitoring-schedule-name <name> --monitoring-schedule-config …

    A stopped one: `aws sagemaker start-monitoring-schedule --monitoring-schedule-name <name>`.
    In the AWS CDK: `sagemaker.CfnMonitoringSchedule(self, "Bias", …)`.

    ## Limits
    What the monitor compares, and with what, is not judged; violations that it finds are a matter of its alarms.
    Model Monitor does not take serverless endpoints: they are NOT_APPLICABLE.
    Models that generate text have no bias that it can measure: exempt their endpoints with `exemptTag`.
    """

    title = "SageMaker endpoints are monitored for bias or quality"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality.html",
    )
    reports = ("AWS::SageMaker::Endpoint",)
    nothing_to_judge = "No SageMaker endpoint of this account and Region serves requests."
    collect = sagemaker_monitoring.monitored_endpoints

    kinds: Annotated[
        tuple[Literal["ModelBias", "ModelQuality", "DataQuality", "ModelExplainability"], ...],
        "The kinds of monitor of which an endpoint needs one.",
    ] = ("ModelBias", "ModelQuality")
    max_age_days: Annotated[int, Between(1, 365), "Most days since the last completed execution."] = 31

    def judge(self, endpoint: MonitoredEndpoint, /) -> Verdict:
        """Return whether one of the endpoint's monitors works."""
        if not endpoint.serving:
            return out_of_scope("The endpoint does not serve requests.")
        if endpoint.serverless:
            return not_applicable("The endpoint is serverless, which SageMaker Model Monitor does not take.")
        monitors = [monitor for monitor in endpoint.monitors if monitor.kind in self.kinds]
        if not monitors:
            return non_compliant(f"The endpoint has no monitor of the kind {' or '.join(self.kinds)}.")
        defects = {monitor: monitor_defect(monitor, most_days=self.max_age_days) for monitor in monitors}
        for monitor, defect in defects.items():
            if defect is None:
                return compliant(f"The {monitor.kind} monitor {monitor.name} completed {last_completed(monitor)}.")
        return non_compliant(*filter(None, defects.values()))


handler = SageMakerEndpointBiasMonitored.lambda_handler()
