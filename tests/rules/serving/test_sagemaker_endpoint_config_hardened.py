from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.kms import Key
from rules.facts.sagemaker_endpoint_configs import EndpointConfig, NamedKey, Output
from rules.serving.sagemaker_endpoint_config_hardened import SageMakerEndpointConfigHardened

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/scoring-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD_KEY = NamedKey(KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=True))
AWS_KEY = NamedKey("alias/aws/s3", Key("alias/aws/s3", "AWS", "Enabled", rotation=None))
CONFIG = EndpointConfig(
    Resource("AWS::SageMaker::EndpointConfig", ARN, "scoring-1", ARN),
    {"stage": "test"},
    endpoints=("scoring",),
    instance_types=("ml.m5.large",),
    volume_key=GOOD_KEY,
    outputs=(),
    ssm_variants=(),
    captures=False,
)
GOOD = f"What is stored is encrypted with {KEY}."
NO_VOLUME_KEY = "No key is named for the volumes of instances; a customer-managed key is wanted."


def writing(what: str, key: NamedKey | None) -> EndpointConfig:
    return replace(CONFIG, outputs=(Output(what, key),))


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        pytest.param(CONFIG, compliant(GOOD), id="volumes with a key"),
        pytest.param(replace(CONFIG, volume_key=None), non_compliant(NO_VOLUME_KEY), id="volumes without a key"),
        pytest.param(
            replace(CONFIG, volume_key=AWS_KEY),
            non_compliant(
                "The key for the volumes of instances is alias/aws/s3, which AWS manages; a customer-managed key is "
                "wanted."
            ),
            id="volumes with a key of AWS",
        ),
        pytest.param(
            replace(CONFIG, volume_key=NamedKey(KEY, Key(KEY, "CUSTOMER", "PendingDeletion", rotation=None))),
            non_compliant(
                f"The key for the volumes of instances is {KEY}, whose state is PendingDeletion; Enabled is wanted."
            ),
            id="key pending deletion",
        ),
        pytest.param(
            replace(CONFIG, volume_key=NamedKey("alias/nothing", None)),
            non_compliant("The key for the volumes of instances is alias/nothing, which KMS does not know."),
            id="no such key",
        ),
        pytest.param(writing("captured data", GOOD_KEY), compliant(GOOD), id="captured data with a key"),
        pytest.param(
            replace(CONFIG, volume_key=replace(GOOD_KEY, name="alias/" + "a" * 74)),
            compliant(f"What is stored is encrypted with alias/{'a' * 74}."),
            id="key with a name that is just shown whole",
        ),
        pytest.param(
            replace(CONFIG, volume_key=replace(GOOD_KEY, name="alias/" + "a" * 75)),
            compliant(f"What is stored is encrypted with alias/{'a' * 73}…."),
            id="key with a name that is cut",
        ),
        pytest.param(
            writing("captured data", None),
            non_compliant("No key is named for captured data; a customer-managed key is wanted."),
            id="captured data without a key",
        ),
        pytest.param(
            writing("asynchronous answers", None),
            non_compliant("No key is named for asynchronous answers; a customer-managed key is wanted."),
            id="asynchronous answers without a key",
        ),
        pytest.param(
            writing("core dumps of variant blue", AWS_KEY),
            non_compliant(
                "The key for core dumps of variant blue is alias/aws/s3, which AWS manages; a customer-managed key is "
                "wanted."
            ),
            id="core dumps with a key of AWS",
        ),
        pytest.param(
            replace(CONFIG, ssm_variants=("blue",)),
            non_compliant("Variant blue has SSM access on, which opens its instances to sessions; off is wanted."),
            id="SSM access",
        ),
        pytest.param(
            replace(CONFIG, volume_key=None, instance_types=()),
            compliant("Serverless variants store nothing, and SSM access is off."),
            id="serverless",
        ),
        pytest.param(
            replace(CONFIG, volume_key=None, instance_types=("ml.g5.xlarge", "ml.p4d.24xlarge")),
            compliant("The local storage of ml.g5.xlarge and ml.p4d.24xlarge encrypts itself."),
            id="local storage",
        ),
        pytest.param(
            replace(CONFIG, volume_key=None, instance_types=("ml.m5.large", "ml.g5.xlarge")),
            non_compliant(
                "The volumes of ml.m5.large have no customer-managed key, because ml.g5.xlarge beside them takes none; "
                "separate configurations are wanted."
            ),
            id="local storage beside volumes",
        ),
        pytest.param(
            replace(
                CONFIG,
                volume_key=None,
                instance_types=("ml.g5.xlarge",),
                outputs=(Output("captured data", GOOD_KEY),),
            ),
            compliant(GOOD, "The local storage of ml.g5.xlarge encrypts itself."),
            id="local storage and captured data with a key",
        ),
    ],
)
def test_judges_a_configuration(config: EndpointConfig, verdict: Verdict) -> None:
    assert SageMakerEndpointConfigHardened().judge(config) == verdict


@pytest.mark.parametrize(
    ("family", "local"),
    [
        *((family, True) for family in ("m5d", "c5d", "r5d", "g4dn", "g5", "g6", "g6e", "g7", "g7e", "p4d", "p4de")),
        *((family, True) for family in ("p5", "p5e", "p5en", "p6-b200", "p6-b300", "trn1", "trn1n", "trn2", "dl1")),
        *((family, True) for family in ("m6gd", "c6gd", "r6gd", "r7gd")),
        *((family, False) for family in ("t2", "m4", "m5", "c4", "c5", "r5", "p2", "p3", "inf1", "inf2", "m6g")),
        *((family, False) for family in ("c6i", "c6in", "c6gn", "c7g", "c7i", "m6i", "m7i", "m8g", "r6i", "r8g")),
    ],
)
def test_knows_which_instances_have_local_storage(family: str, *, local: bool) -> None:
    verdict = SageMakerEndpointConfigHardened().judge(
        replace(CONFIG, volume_key=None, instance_types=(f"ml.{family}.2xlarge",))
    )

    encrypts_itself = compliant(f"The local storage of ml.{family}.2xlarge encrypts itself.")
    assert verdict == (encrypts_itself if local else non_compliant(NO_VOLUME_KEY))


def test_asks_for_data_capture_where_it_is_required() -> None:
    rule = SageMakerEndpointConfigHardened.configured({"requireDataCapture": "true"})

    assert rule.judge(CONFIG) == non_compliant("Requests and answers are not captured; data capture is wanted.")
    assert rule.judge(replace(writing("captured data", GOOD_KEY), captures=True)) == compliant(GOOD)


def test_exempts_a_configuration_with_the_tag() -> None:
    rule = SageMakerEndpointConfigHardened.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, replace(CONFIG, volume_key=None)) == not_applicable("Exempt by the tag stage=test.")
