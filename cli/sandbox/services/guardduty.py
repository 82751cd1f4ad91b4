"""Amazon GuardDuty: the features of a detector, and who manages it."""

from typing import Final

from moto.core.utils import get_service_model
from moto.guardduty.models import guardduty_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment, repage

_FOUNDATION: Final = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
"""What every detector that is on looks at."""

repage("guardduty", "ListDetectors", reason="Moto has one page.", page_size=50)


@amendment("guardduty", "GetDetector", reason="AWS lists all features of the Region, moto those that were configured.")
def get_detector(_: Call, moto: Moto) -> Result:
    """Return moto's answer with every feature that the model knows, those that nobody switched on DISABLED."""
    answer = moto()
    configured = {feature["Name"]: feature for feature in answer.get("Features", ())}
    features = []
    for name in get_service_model("guardduty").shape_for("DetectorFeatureResult").enum:
        state = answer["Status"] if name in _FOUNDATION else "DISABLED"
        features.append({"Name": name, "Status": state, **configured.get(name, {})})
    return {**answer, "Features": features}


@amendment("guardduty", "GetAdministratorAccount", reason="Moto names the member in a way that no client reads.")
def get_administrator_account(call: Call, moto: Moto) -> Result:
    """Return the account that the organization lets administer GuardDuty, an empty one where there is none."""
    moto()
    administrators = guardduty_backends[call.account_id][call.region].admin_account_ids
    if not administrators:
        return {"Administrator": {}}
    return {"Administrator": {"AccountId": administrators[0], "RelationshipStatus": "Enabled"}}
