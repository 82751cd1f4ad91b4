from cli.documents.page import page
from rules.engine.catalogue import rule_by_id


def test_says_what_a_service_does_for_the_function() -> None:
    text = page(rule_by_id("lambda-bedrock-no-plaintext-secret"))

    assert "- `kms:Decrypt` on `arn:{partition}:kms:{region}:*:key/*`, through `lambda` only\n" in text
    assert text.count("through `") == 1


def test_says_which_mappings_are_of_aws() -> None:
    text = page(rule_by_id("bedrock-model-cmk-encrypted"))

    assert "/final): SC-12 (AWS: KMS.4), SC-13, SC-28\n" in text
