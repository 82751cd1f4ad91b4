"""Rule: lambda-bedrock-timeout-memory-set."""

from typing import Annotated

from rules.engine.duties import Severity
from rules.engine.parameters import Between
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import lambda_functions
from rules.facts.lambda_functions import Function
from rules.frozen import dataclass


@dataclass(frozen=True)
class LambdaBedrockTimeoutMemorySet(ChangeRule[Function]):
    """
    Checks if AWS Lambda functions that can call Amazon Bedrock models have deliberate timeouts and memory sizes.

    The rule is NON_COMPLIANT if a timeout or memory size is outside the bounds, as the defaults of 3 seconds and 128
    MB are.

    ## Why
    A model answers in seconds to minutes.
    A function that ends sooner has paid for an answer that nobody gets, and is tried again; one without a bound lets
    an endless conversation run up the bill.

    ## Fix
    UpdateFunctionConfiguration with `Timeout` and `MemorySize`:

        aws lambda update-function-configuration --function-name <name> --timeout 60 --memory-size 512

    In the AWS CDK, `lambda_.Function(timeout=Duration.seconds(60), memory_size=512)`.

    ## Limits
    The function is judged as it is unpublished; published versions keep the settings that they were published with.
    """

    title = "Functions that call models have deliberate timeouts and memory sizes"
    severity = Severity.LOW
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
    )
    reports = ("AWS::Lambda::Function",)
    nothing_to_judge = "No function in this Region can call Amazon Bedrock models."
    resource_types = ("AWS::Lambda::Function",)
    collect = lambda_functions.functions
    read = lambda_functions.function

    min_timeout: Annotated[int, Between(1, 900), "Fewest seconds that a function may run."] = 30
    max_timeout: Annotated[int, Between(1, 900), "Most seconds that a function may run."] = 900
    min_memory: Annotated[int, Between(128, 10240), "Least memory of a function, in MB."] = 256

    def judge(self, function: Function, /) -> Verdict:
        """Return whether the function's timeout and memory are within the bounds."""
        if not function.model_access.allowed:
            return out_of_scope("The function's execution role is not allowed to invoke a model.")
        defects = []
        if not self.min_timeout <= function.timeout <= self.max_timeout:
            wanted = f"{self.min_timeout} to {self.max_timeout} seconds"
            defects.append(f"The timeout is {function.timeout} seconds; {wanted} are wanted.")
        if function.memory_size < self.min_memory:
            defects.append(f"The memory size is {function.memory_size} MB; at least {self.min_memory} MB are wanted.")
        if defects:
            return non_compliant(*defects)
        return compliant(f"The timeout is {function.timeout} seconds, the memory size {function.memory_size} MB.")


handler = LambdaBedrockTimeoutMemorySet.lambda_handler()
