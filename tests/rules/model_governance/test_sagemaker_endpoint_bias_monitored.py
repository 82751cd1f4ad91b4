from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.sagemaker_monitoring import Monitor, MonitoredEndpoint
from rules.model_governance.sagemaker_endpoint_bias_monitored import SageMakerEndpointBiasMonitored

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/scoring"
BIAS = Monitor("scoring-bias", "ModelBias", "Scheduled", completed_days_ago=0)
QUALITY = Monitor("scoring-quality", "ModelQuality", "Scheduled", completed_days_ago=1)
DATA = Monitor("scoring-data", "DataQuality", "Scheduled", completed_days_ago=0)
GOOD = "The ModelBias monitor scoring-bias completed less than a day ago."
NONE = "The endpoint has no monitor of the kind ModelBias or ModelQuality."


def watched(*monitors: Monitor) -> MonitoredEndpoint:
    resource = Resource("AWS::SageMaker::Endpoint", ARN, "scoring", ARN)
    return MonitoredEndpoint(resource, {"kind": "generative"}, serving=True, serverless=False, monitors=monitors)


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        pytest.param(watched(BIAS), compliant(GOOD), id="bias monitor"),
        pytest.param(
            watched(QUALITY),
            compliant("The ModelQuality monitor scoring-quality completed 1 day ago."),
            id="quality monitor",
        ),
        pytest.param(watched(), non_compliant(NONE), id="no monitor"),
        pytest.param(watched(DATA), non_compliant(NONE), id="only a monitor of another kind"),
        pytest.param(
            watched(replace(BIAS, status="Stopped")),
            non_compliant("The ModelBias monitor scoring-bias is Stopped; Scheduled is wanted."),
            id="stopped",
        ),
        pytest.param(
            watched(replace(BIAS, status="Failed")),
            non_compliant("The ModelBias monitor scoring-bias is Failed; Scheduled is wanted."),
            id="failed",
        ),
        pytest.param(
            watched(replace(BIAS, completed_days_ago=None)),
            non_compliant("The ModelBias monitor scoring-bias has never completed."),
            id="never completed",
        ),
        pytest.param(
            watched(replace(BIAS, completed_days_ago=31)),
            compliant("The ModelBias monitor scoring-bias completed 31 days ago."),
            id="at the limit",
        ),
        pytest.param(
            watched(replace(BIAS, completed_days_ago=32)),
            non_compliant("The ModelBias monitor scoring-bias completed 32 days ago; within 31 days is wanted."),
            id="beyond the limit",
        ),
        pytest.param(
            watched(replace(QUALITY, status="Stopped"), BIAS), compliant(GOOD), id="one that works beside a stopped one"
        ),
        pytest.param(
            watched(replace(BIAS, completed_days_ago=None), replace(QUALITY, status="Stopped")),
            non_compliant(
                "The ModelBias monitor scoring-bias has never completed.",
                "The ModelQuality monitor scoring-quality is Stopped; Scheduled is wanted.",
            ),
            id="two that do not work",
        ),
        pytest.param(
            replace(watched(), serverless=True),
            not_applicable("The endpoint is serverless, which SageMaker Model Monitor does not take."),
            id="serverless",
        ),
        pytest.param(
            replace(watched(), serving=False),
            out_of_scope("The endpoint does not serve requests."),
            id="failed endpoint",
        ),
    ],
)
def test_judges_the_monitors_of_an_endpoint(endpoint: MonitoredEndpoint, verdict: Verdict) -> None:
    assert SageMakerEndpointBiasMonitored().judge(endpoint) == verdict


def test_asks_for_the_kinds_that_the_parameter_names() -> None:
    rule = SageMakerEndpointBiasMonitored.configured({"kinds": "modelbias"})

    assert rule.judge(watched(QUALITY)) == non_compliant("The endpoint has no monitor of the kind ModelBias.")
    assert rule.judge(watched(QUALITY, BIAS)) == compliant(GOOD)


def test_takes_executions_as_old_as_the_parameter_says() -> None:
    rule = SageMakerEndpointBiasMonitored.configured({"maxAgeDays": "90"})

    assert rule.judge(watched(replace(BIAS, completed_days_ago=90))) == compliant(
        "The ModelBias monitor scoring-bias completed 90 days ago."
    )


@pytest.mark.parametrize(("name", "value"), [("kinds", "Bias"), ("maxAgeDays", "0")])
def test_refuses_other_values(name: str, value: str) -> None:
    with pytest.raises(ParameterError, match=name):
        SageMakerEndpointBiasMonitored.configured({name: value})


def test_exempts_an_endpoint_with_the_tag() -> None:
    rule = SageMakerEndpointBiasMonitored.configured({"exemptTag": "kind=generative"})

    assert verdict_on(rule, watched()) == not_applicable("Exempt by the tag kind=generative.")
