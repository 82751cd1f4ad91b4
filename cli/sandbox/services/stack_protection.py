"""AWS CloudFormation: the termination protection of stacks."""

from moto.cloudformation.models import cloudformation_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Result, operation


@operation("cloudformation", "UpdateTerminationProtection")
def update_termination_protection(call: Call) -> Result:
    """Switch a stack's protection on or off; return the stack's id."""
    stack = cloudformation_backends[call.account_id][call.region].get_stack(call.params["StackName"])
    stack.enable_termination_protection = call.params["EnableTerminationProtection"]
    return {"StackId": stack.stack_id}
