"""Every format that is ours finds the shortest value that it describes, under its name, and nothing shorter."""

import pytest

from rules.criteria.credentials.detection import credentials_in_text
from rules.criteria.credentials.own_formats import OWN

# Put together here, so that whoever looks for credentials in this repository finds none.
LETTERS = "kQ7zRw2Xp9Lm4Tn8Vb3Jc6Hd5Fg1Sy" * 5
HEX = "3f9a1c7e5b2d8046" * 8
UPPER = "Q7ZRW2XP9LM4TN5VB3JC6HD" * 4
DIGITS = "8273645190" * 3

EXAMPLES = [
    ("an AWS access key", "AKIA", UPPER.translate(str.maketrans("189", "234"))[:16]),
    ("an AWS secret access key", "secret_access_key = ", LETTERS[:40]),
    ("an AWS session token", "IQoJb3JpZ2lu", LETTERS[:100]),
    ("an Amazon Bedrock API key", "ABSK", LETTERS[:20]),
    ("an Amazon Bedrock API key", "bedrock-api-key-", LETTERS[:20]),
    ("a signed URL", "https://b.example/k?X-Amz-Signature=", HEX[:64]),
    ("a signed URL", "https://b.example/k?sv=1&sig=", LETTERS[:32]),
    ("a private key", "-----BEGIN ", "PRIVATE KEY-----"),
    ("a private key", "PuTTY-User-Key-File-2: ", "rsa"),
    ("a JSON web token", "eyJ", f"{LETTERS[:8]}.eyJ{LETTERS[:4]}.{LETTERS[:10]}"),
    ("a GitHub token", "ghp_", LETTERS[:36]),
    ("a GitHub token", "github_pat_", LETTERS[:40]),
    ("a GitLab token", "glpat-", LETTERS[:20]),
    ("a Slack token", "xoxb-", LETTERS[:20]),
    ("a Hugging Face token", "hf_", LETTERS[:30]),
    ("an OpenAI API key", "sk-", f"{LETTERS[:20]}T3BlbkFJ{LETTERS[:20]}"),
    ("an Anthropic API key", "sk-ant-", f"api03-{LETTERS[:40]}"),
    ("an OpenRouter API key", "sk-or-", f"v1-{HEX[:40]}"),
    ("a Langfuse secret key", "sk-lf-", f"{HEX[:8]}-{HEX[:4]}-{HEX[:4]}-{HEX[:4]}-{HEX[:12]}"),
    ("a model provider's API key", "sk-", LETTERS[:32]),
    ("a Pinecone API key", "pcsk_", f"{LETTERS[:3]}_{LETTERS[:40]}"),
    ("a Groq API key", "gsk_", LETTERS[:40]),
    ("a Replicate API token", "r8_", LETTERS[:30]),
    ("a LangSmith API key", "lsv2_", f"pt_{HEX[:32]}_{HEX[:10]}"),
    ("a Tavily API key", "tvly-", LETTERS[:20]),
    ("an xAI API key", "xai-", LETTERS[:40]),
    ("an NVIDIA API key", "nvapi-", LETTERS[:40]),
    ("a LlamaCloud API key", "llx-", LETTERS[:40]),
    ("a Contentful token", "CFPAT-", LETTERS[:40]),
    ("a Jina API key", "jina_", LETTERS[:40]),
    ("a Google API key", "AIza", LETTERS[:35]),
    ("a Google OAuth client secret", "GOCSPX-", LETTERS[:24]),
    ("an Atlassian API token", "ATATT3", LETTERS[:60]),
    ("a SendGrid API key", "SG.", f"{LETTERS[:16]}.{LETTERS[:30]}"),
    ("a Stripe key", "sk_live_", LETTERS[:10]),
    ("a Twilio API key", "SK", HEX[:32]),
    ("a Telegram bot token", f"{DIGITS[:8]}:AA", LETTERS[:33]),
    ("an Airtable token", "pat", f"{LETTERS[:14]}.{HEX[:64]}"),
    ("a Mailchimp API key", HEX[:32], "-us1"),
    ("a Mailgun API key", "key-", HEX[:32]),
    ("a New Relic API key", "NRAK-", UPPER[:27]),
    ("a Supabase secret key", "sb_secret_", LETTERS[:20]),
    ("a Docker Hub token", "dckr_pat_", LETTERS[:20]),
    ("a Figma token", "figd_", LETTERS[:30]),
    ("a webhook's signing secret", "whsec_", LETTERS[:20]),
    ("a Discord webhook", f"https://discord.com/api/webhooks/{DIGITS[:15]}/", LETTERS[:40]),
    ("a Slack webhook", f"https://hooks.slack.com/services/{UPPER[:3]}/", LETTERS[:10]),
]

every_example = pytest.mark.parametrize(
    ("kind", "beginning", "rest"), EXAMPLES, ids=[f"{kind}: {beginning}" for kind, beginning, _ in EXAMPLES]
)


def test_there_is_an_example_of_every_format() -> None:
    assert [kind for kind, _, _ in EXAMPLES] == [kind for kind, _, _ in OWN]


@every_example
def test_names_what_has_the_format(kind: str, beginning: str, rest: str) -> None:
    assert kind in credentials_in_text(f"set {beginning}{rest} here")


@every_example
def test_does_not_name_what_is_a_character_shorter(kind: str, beginning: str, rest: str) -> None:
    assert kind not in credentials_in_text(f"set {beginning}{rest[:-1]} here")


ALTERNATIVES = [
    *(("an AWS access key", start, EXAMPLES[0][2]) for start in ("ASIA", "ABIA", "ACCA")),
    *(("an AWS session token", start, LETTERS[:100]) for start in ("FwoGZXIvYXdz", "FQoGZXIvYXdz")),
    ("an Atlassian API token", "ATCTT3", LETTERS[:60]),
    ("a Stripe key", "rk_test_", LETTERS[:10]),
    ("a GitLab token", "glsoat-", LETTERS[:20]),
    ("a Docker Hub token", "dckr_oat_", LETTERS[:20]),
    ("a private key", "-----BEGIN PGP ", "PRIVATE KEY BLOCK-----"),
]


@pytest.mark.parametrize(("kind", "beginning", "rest"), ALTERNATIVES, ids=[each[1] for each in ALTERNATIVES])
def test_names_what_begins_otherwise(kind: str, beginning: str, rest: str) -> None:
    assert kind in credentials_in_text(f"set {beginning}{rest} here")
