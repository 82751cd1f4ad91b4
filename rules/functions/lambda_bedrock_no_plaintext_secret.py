"""Rule: lambda-bedrock-no-plaintext-secret."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria.credentials.patterns import patterns_in, refuse_unusable
from rules.criteria.environments import environment_key_defect
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import InPack
from rules.engine.resource import Resource, Unreadable
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import lambda_environments
from rules.facts.lambda_environments import FunctionEnvironment
from rules.frozen import dataclass


@dataclass(frozen=True)
class LambdaBedrockNoPlaintextSecret(ChangeRule[FunctionEnvironment]):
    """
    Checks if AWS Lambda functions that can call Amazon Bedrock models keep credentials out of environment variables.

    The rule is NON_COMPLIANT if a variable holds a key, token or password; references to AWS Secrets Manager or
    Parameter Store pass.

    ## Why
    Everybody who may describe the function reads its variables, and they are in every template, pipeline and backup.
    A prompt that makes the function show its environment shows the credential, too.

    ## Fix
    Rotate the credential, keep the new one in AWS Secrets Manager, and give the function its ARN:

        aws lambda update-function-configuration --function-name <name> --environment 'Variables={DB_SECRET_ARN=<ARN>}'

    In the AWS CDK, `secret.grant_read(function)` and `environment={"DB_SECRET_ARN": secret.secret_arn}`.

    ## Limits
    Credentials are found by known formats, also in JSON and base64, and by secret names with values that are no
    words; `docs/secret-detection.md` says how well. A random value under a name that says nothing is not found.
    Variables under a customer-managed key are read with the function's role through AWS Lambda: the key's policy has
    to let IAM policies allow that. The code of a function, its layers and its published versions are not read.
    """

    title = "Functions that call models have no credentials in their environment variables"
    severity = Severity.CRITICAL
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    )
    reports = ("AWS::Lambda::Function",)
    nothing_to_judge = "No function in this Region can call Amazon Bedrock models."
    resource_types = ("AWS::Lambda::Function",)
    collect = lambda_environments.environments
    read = lambda_environments.environment

    extra_patterns: Annotated[str | None, InPack(), r"Further regular expressions; spaces divide, \s is one."] = None
    require_environment_cmk: Annotated[bool, "Whether variables have to be under a customer-managed key."] = False

    def __post_init__(self) -> None:
        """Refuse expressions that Python's re does not take; raises ParameterError."""
        refuse_unusable(self.extra_patterns, parameter="extraPatterns")

    def facts(self, aws: Aws) -> Iterable[FunctionEnvironment | Unreadable]:
        """Return every environment, looked through with the patterns."""
        return self.collect(aws, patterns_in(self.extra_patterns))

    def fact(self, aws: Aws, resource: Resource) -> FunctionEnvironment | Unreadable | None:
        """Return one environment, looked through with the patterns."""
        return self.read(aws, resource, patterns_in(self.extra_patterns))

    def judge(self, environment: FunctionEnvironment, /) -> Verdict:
        """Return whether the variables hold no credential, under a key of the customer's where that is asked."""
        if not environment.calls_models:
            return out_of_scope("The function's execution role is not allowed to invoke a model.")
        defects = [f"Variable {found.variable} holds {found.kind}." for found in environment.credentials]
        if self.require_environment_cmk and (defect := environment_key_defect(environment)):
            defects.append(defect)
        if defects:
            return non_compliant(*defects)
        return compliant(f"No credential was found in the function's environment variables ({environment.variables}).")


handler = LambdaBedrockNoPlaintextSecret.lambda_handler()
