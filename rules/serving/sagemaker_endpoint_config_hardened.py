"""Rule: sagemaker-endpoint-config-hardened."""

from typing import Annotated

from rules.criteria.endpoint_configs import config_defects, self_encrypting
from rules.engine.duties import Severity
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant
from rules.facts import sagemaker_endpoint_configs
from rules.facts.sagemaker_endpoint_configs import EndpointConfig
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerEndpointConfigHardened(PeriodicRule[EndpointConfig]):
    """
    Checks if configurations of serving Amazon SageMaker AI endpoints name customer-managed keys and keep SSM off.

    The rule is NON_COMPLIANT if volumes, captured data, asynchronous answers or core dumps have no such key, or if a
    variant has SSM access on.

    ## Why
    What an endpoint stores are the requests of its users and the weights of its model.
    With a key of your own you decide who can read them; without SSM access nobody opens a session on an instance.

    ## Fix
    A configuration cannot be changed: make another one with `KmsKeyId`, `DataCaptureConfig.KmsKeyId`,
    `AsyncInferenceConfig.OutputConfig.KmsKeyId` and `CoreDumpConfig.KmsKeyId`, without `EnableSSMAccess`:

        aws sagemaker create-endpoint-config --endpoint-config-name <new name> --kms-key-id <key ARN> …
        aws sagemaker update-endpoint --endpoint-name <name> --endpoint-config-name <new name>

    In the AWS CDK: `sagemaker.CfnEndpointConfig(self, "Config", kms_key_id=key.key_arn, …)`.

    ## Limits
    Only configurations are judged that a serving endpoint runs with, or that a deployment brings.
    Serverless variants have no volumes, and instances with local storage (`ml.g5`, `ml.p4d`, `ml.m5d` …) encrypt it
    in hardware: SageMaker takes no key for them, so none is asked for.
    A key in another account has to let this account describe it; otherwise the configuration is unreadable.
    """

    title = "Configurations of SageMaker endpoints are encrypted and closed"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html",
    )
    reports = ("AWS::SageMaker::EndpointConfig",)
    nothing_to_judge = "No SageMaker endpoint of this account and Region serves requests."
    collect = sagemaker_endpoint_configs.configs_in_use

    require_data_capture: Annotated[bool, "Whether requests or answers have to be captured."] = False

    def judge(self, config: EndpointConfig, /) -> Verdict:
        """Return whether the configuration keeps what it stores under the customer's control."""
        defects = list(config_defects(config))
        if self.require_data_capture and not config.captures:
            defects.append("Requests and answers are not captured; data capture is wanted.")
        if defects:
            return non_compliant(*dict.fromkeys(defects))
        named = [config.volume_key, *(output.key for output in config.outputs)]
        keys = dict.fromkeys(one.name for one in named if one is not None)
        said = [f"What is stored is encrypted with {listed(keys, most=2, longest=80)}."] if keys else []
        if local := self_encrypting(config):
            said.append(f"The local storage of {listed(local)} encrypts itself.")
        return compliant(*said or ["Serverless variants store nothing, and SSM access is off."])


handler = SageMakerEndpointConfigHardened.lambda_handler()
