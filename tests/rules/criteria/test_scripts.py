import pytest

from rules.criteria.scripts import credentials

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "an AWS access key"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "an AWS secret access key"),
        ('{"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}', "an AWS secret access key"),
        (f"AWS_BEARER_TOKEN_BEDROCK=ABSK{LETTERS}", "an Amazon Bedrock API key"),
        (f"AWS_BEARER_TOKEN_BEDROCK=bedrock-api-key-{LETTERS}", "an Amazon Bedrock API key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "a JSON web token"),
        (f"git clone https://ghp_{LETTERS[:36]}@example.com/repo", "a GitHub token"),
        (f"huggingface-cli login --token hf_{LETTERS[:34]}", "a Hugging Face token"),
        ("psql postgresql://admin:hunter22@db.example.com/claims", "a connection string with a password"),
    ],
)
def test_tells_what_a_script_holds(text: str, kind: str) -> None:
    assert credentials(f"set -e\n{text}\n") == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pip install boto3",
        "export ROLE=arn:aws:iam::123456789012:role/AROAIOSFODNN7EXAMPLE",
        "aws secretsmanager get-secret-value --secret-id db",
        "psql postgresql://admin:$PASSWORD@db.example.com/claims",
        "psql postgresql://admin:${PASSWORD}@db.example.com/claims",
        "curl https://example.com:8080/path",
        "SECRET_ACCESS_KEY=$(aws ssm get-parameter --name key)",
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_finds_nothing_in_harmless_scripts(text: str) -> None:
    assert credentials(text) == ()
