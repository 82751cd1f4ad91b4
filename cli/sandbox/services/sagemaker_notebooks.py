"""Amazon SageMaker AI: the instance metadata service of notebook instances."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment

_REASON: Final = "Moto does not know the instance metadata service of notebook instances."
_SERVICE: Final = "InstanceMetadataServiceConfiguration"


@amendment("sagemaker", "CreateNotebookInstance", reason=_REASON)
def create_notebook_instance(call: Call, moto: Moto) -> Result:
    """Create a notebook instance, and remember its metadata service."""
    answer = moto()
    if _SERVICE in call.params:
        call.table("notebook metadata service")[call.params["NotebookInstanceName"]] = call.params[_SERVICE]
    return answer


@amendment("sagemaker", "DescribeNotebookInstance", reason=_REASON)
def describe_notebook_instance(call: Call, moto: Moto) -> Result:
    """Return a notebook instance with its metadata service, which takes both versions unless it was told otherwise."""
    answer = moto()
    chosen = call.table("notebook metadata service").get(call.params["NotebookInstanceName"])
    return {**answer, _SERVICE: chosen or {"MinimumInstanceMetadataServiceVersion": "1"}}
