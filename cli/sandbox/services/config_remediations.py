"""AWS Config: remediation configurations (they are kept; nothing is run)."""

from collections.abc import Iterable, Mapping
from typing import Any

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.config_rules import ConfigAccount, config_of


@operation("config", "PutRemediationConfigurations")
def put_remediation_configurations(call: Call) -> Result:
    """Keep a remediation for each rule named."""
    put_remediations(config_of(call), call.params["RemediationConfigurations"])
    return {"FailedBatches": []}


@operation("config", "DescribeRemediationConfigurations")
def describe_remediation_configurations(call: Call) -> Result:
    """Return the remediations of the rules named; rules without one are left out."""
    kept = config_of(call).table("remediations")
    return {"RemediationConfigurations": [kept[name] for name in call.params["ConfigRuleNames"] if name in kept]}


@operation("config", "DeleteRemediationConfiguration")
def delete_remediation_configuration(call: Call) -> Result:
    """Forget the remediation of a rule."""
    kept, name = config_of(call).table("remediations"), call.params["ConfigRuleName"]
    if name not in kept:
        raise AwsError(
            "NoSuchRemediationConfigurationException", f"No remediation configuration exists for the rule {name}."
        )
    del kept[name]
    return {}


def put_remediations(account: ConfigAccount, remediations: Iterable[Mapping[str, Any]]) -> None:
    """Keep a remediation for each rule named.

    Raises:
        AwsError: NoSuchConfigRuleException.

    """
    for remediation in remediations:
        name = account.rule(remediation["ConfigRuleName"])["ConfigRuleName"]
        arn = f"arn:{account.partition}:config:{account.region}:{account.account_id}:remediation-configuration/{name}"
        account.table("remediations")[name] = {**remediation, "Arn": arn}
