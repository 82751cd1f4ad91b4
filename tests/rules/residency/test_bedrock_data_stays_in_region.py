from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource, account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.bedrock_residency import DataPaths, Destination
from rules.residency.bedrock_data_stays_in_region import BedrockDataStaysInRegion

ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
PROFILE = Resource("AWS::Bedrock::ApplicationInferenceProfile", ARN, "claims", ARN)
ACCOUNT = account_resource("123456789012", "aws")
UNSET = "allowedRegions is not set, so no Region is known to be a wrong one."
STATES = Destination("The profile", ("us-east-1", "us-west-2"))
WORLD = Destination("The profile", ("us-east-1",), worldwide=True)
GUARDED = Destination("Guardrail profile us.guardrail.v1:0", ("us-*",))
UNKNOWN = Destination("Log bucket partner", ("",))
LOGS = Destination("Log bucket ai-logs", ("eu-west-1",))


def profile(*destinations: Destination) -> DataPaths:
    return DataPaths(PROFILE, {"stage": "test"}, destinations)


def account(*destinations: Destination) -> DataPaths:
    return DataPaths(ACCOUNT, {}, destinations)


@pytest.mark.parametrize(
    ("allowed", "paths", "verdict"),
    [
        pytest.param(
            "us-east-1,us-west-2",
            profile(STATES),
            compliant("Data gets to us-east-1 and us-west-2 only."),
            id="every Region is allowed",
        ),
        pytest.param(
            "us-east-1",
            profile(STATES),
            non_compliant("The profile reaches us-west-2, which allowedRegions leaves out."),
            id="one Region is not allowed",
        ),
        pytest.param(
            "us-*", profile(STATES), compliant("Data gets to us-east-1 and us-west-2 only."), id="a whole geography"
        ),
        pytest.param(
            "us-east-1",
            profile(WORLD),
            non_compliant("The profile may reach any commercial Region."),
            id="a global profile",
        ),
        pytest.param(
            "us-east-1,us-east-2,us-west-2",
            profile(GUARDED),
            non_compliant("Guardrail profile us.guardrail.v1:0 reaches us-*, which allowedRegions leaves out."),
            id="a guardrail profile, whose Regions are not told",
        ),
        pytest.param(
            "us-*",
            profile(Destination("The profile", tuple(f"us-east-{number}" for number in range(1, 8)))),
            compliant("Data gets to us-east-1, us-east-2, us-east-3, us-east-4, us-east-5, us-east-6 and 1 more only."),
            id="many Regions",
        ),
        pytest.param("us-*", profile(GUARDED), compliant("Data gets to us-* only."), id="its geography is allowed"),
        pytest.param(
            "eu-*",
            account(LOGS, UNKNOWN),
            non_compliant("Log bucket partner reaches a Region that is not known, which allowedRegions leaves out."),
            id="a bucket whose Region is not known",
        ),
        pytest.param(
            "us-east-1",
            account(LOGS, STATES),
            non_compliant(
                "Log bucket ai-logs reaches eu-west-1, which allowedRegions leaves out.",
                "The profile reaches us-west-2, which allowedRegions leaves out.",
            ),
            id="several ways out",
        ),
        pytest.param("", account(LOGS), not_applicable(UNSET), id="not set, for the account"),
        pytest.param("", account(), not_applicable(UNSET), id="not set, for an account without data"),
        pytest.param("", profile(WORLD), out_of_scope(UNSET), id="not set, for everything else"),
        pytest.param(
            "us-east-1", account(), out_of_scope("No data gets anywhere through it."), id="an account without data"
        ),
        pytest.param(
            "us-east-1",
            profile(),
            out_of_scope("No data gets anywhere through it."),
            id="a guardrail without a profile",
        ),
    ],
)
def test_judges_where_data_gets_to(allowed: str, paths: DataPaths, verdict: Verdict) -> None:
    assert BedrockDataStaysInRegion.configured({"allowedRegions": allowed}).judge(paths) == verdict


@pytest.mark.parametrize(
    ("paths", "verdict"),
    [
        pytest.param(
            profile(WORLD),
            compliant("Data may get to any commercial Region, which allowGlobalProfiles allows."),
            id="a global profile",
        ),
        pytest.param(
            profile(WORLD, Destination("Log bucket ai-logs", ("us-east-1",))),
            compliant("Data may get to any commercial Region, which allowGlobalProfiles allows."),
            id="a global profile beside another way",
        ),
        pytest.param(
            profile(replace(WORLD, regions=("eu-west-1",))),
            non_compliant("The profile reaches eu-west-1, which allowedRegions leaves out."),
            id="a global profile that names another Region",
        ),
    ],
)
def test_may_allow_global_profiles(paths: DataPaths, verdict: Verdict) -> None:
    rule = BedrockDataStaysInRegion.configured({"allowedRegions": "us-east-1", "allowGlobalProfiles": "true"})

    assert rule.judge(paths) == verdict


@pytest.mark.parametrize("allowed", ["Frankfurt", "us_east_1", "*"])
def test_refuses_what_is_no_region(allowed: str) -> None:
    with pytest.raises(ParameterError, match=r"Regions such as eu-central-1, or eu-\*"):
        BedrockDataStaysInRegion.configured({"allowedRegions": allowed})


def test_exempts_a_profile_with_the_tag() -> None:
    rule = BedrockDataStaysInRegion.configured({"allowedRegions": "us-east-1", "exemptTag": "stage=test"})

    assert verdict_on(rule, profile(STATES)) == not_applicable("Exempt by the tag stage=test.")
