"""Formats that are ours: those of AWS, of what AI workloads call, and others that gitleaks knows by a name only."""

from __future__ import annotations

from typing import Final

_START: Final = r"(?<![A-Za-z0-9])"
_END: Final = r"(?![A-Za-z0-9])"

OWN: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
    ("an AWS access key", ("akia", "asia", "abia", "acca"), rf"{_START}(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{{16}}{_END}"),
    (
        "an AWS secret access key",
        ("secret",),
        (
            r"(?i:secret_?(?:access_?)?key)['\"\\]{0,3}[ \t]{0,8}[:= ][ \t]{0,8}"
            r"['\"\\]{0,3}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    (
        "an AWS session token",
        ("iqojb3jpz2lu", "fwogzxivyxdz", "fqogzxivyxdz"),
        r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/]{100,}",
    ),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    ("an Amazon Bedrock API key", ("absk",), rf"{_START}ABSK[A-Za-z0-9+/]{{20,}}"),
    ("an Amazon Bedrock API key", ("bedrock-api-key-",), r"bedrock-api-key-[A-Za-z0-9+/_-]{20,}"),
    ("a signed URL", ("x-amz-signature",), r"(?i:X-Amz-Signature)=[0-9a-f]{64}"),
    ("a signed URL", ("sig=",), r"[?&;]sig=[A-Za-z0-9%+/]{32,}"),
    ("a private key", ("private key",), r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"),
    ("a private key", ("putty-user-key-file",), r"PuTTY-User-Key-File-[23]: [a-z0-9-]{3,}"),
    (
        "a JSON web token",
        ("eyj",),
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{10,}",
    ),
    ("a GitHub token", ("gh",), rf"{_START}gh[opusr]_[A-Za-z0-9]{{36,}}"),
    ("a GitHub token", ("github_pat_",), rf"{_START}github_pat_[A-Za-z0-9_]{{40,}}"),
    ("a GitLab token", ("gl",), rf"{_START}gl(?:pat|dt|rt|ptt|cbt|soat|ft|oas)-[A-Za-z0-9_-]{{20,}}"),
    ("a Slack token", ("xox",), rf"{_START}xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{{20,}}"),
    ("a Hugging Face token", ("hf_",), rf"{_START}hf_[A-Za-z0-9]{{30,}}"),
    ("an OpenAI API key", ("t3blbkfj",), r"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,}"),
    ("an Anthropic API key", ("sk-ant-",), rf"{_START}sk-ant-[a-z]{{3,8}}[0-9]{{2}}-[A-Za-z0-9_-]{{40,}}"),
    ("an OpenRouter API key", ("sk-or-",), rf"{_START}sk-or-v[0-9]-[0-9a-f]{{40,}}"),
    ("a Langfuse secret key", ("sk-lf-",), rf"{_START}sk-lf-[0-9a-f-]{{36}}"),
    ("a model provider's API key", ("sk-",), rf"(?<![A-Za-z0-9_-])sk-(?:proj-)?[A-Za-z0-9]{{32,}}{_END}"),
    ("a Pinecone API key", ("pcsk_",), rf"{_START}pcsk_[A-Za-z0-9]{{3,8}}_[A-Za-z0-9]{{40,}}"),
    ("a Groq API key", ("gsk_",), rf"{_START}gsk_[A-Za-z0-9]{{40,}}"),
    ("a Replicate API token", ("r8_",), rf"{_START}r8_[A-Za-z0-9]{{30,}}"),
    ("a LangSmith API key", ("lsv2_",), rf"{_START}lsv2_(?:pt|sk)_[0-9a-f]{{32}}_[0-9a-f]{{10}}"),
    ("a Tavily API key", ("tvly-",), rf"{_START}tvly-(?:dev-|prod-)?[A-Za-z0-9_-]{{20,}}"),
    ("an xAI API key", ("xai-",), rf"{_START}xai-[A-Za-z0-9]{{40,}}"),
    ("an NVIDIA API key", ("nvapi-",), rf"{_START}nvapi-[A-Za-z0-9_-]{{40,}}"),
    ("a LlamaCloud API key", ("llx-",), rf"{_START}llx-[A-Za-z0-9]{{40,}}"),
    ("a Contentful token", ("cfpat-",), rf"{_START}CFPAT-[A-Za-z0-9_-]{{40,}}"),
    ("a Jina API key", ("jina_",), rf"{_START}jina_[A-Za-z0-9_-]{{40,}}"),
    ("a Google API key", ("aiza",), rf"{_START}AIza[A-Za-z0-9_-]{{35}}(?![A-Za-z0-9_-])"),
    ("a Google OAuth client secret", ("gocspx-",), rf"{_START}GOCSPX-[A-Za-z0-9_-]{{24,}}"),
    ("an Atlassian API token", ("atatt3", "atctt3"), rf"{_START}AT[AC]TT3[A-Za-z0-9_=-]{{60,}}"),
    ("a SendGrid API key", ("sg.",), rf"{_START}SG\.[A-Za-z0-9_-]{{16,32}}\.[A-Za-z0-9_-]{{30,}}"),
    ("a Stripe key", ("k_live_", "k_test_"), rf"{_START}[rs]k_(?:live|test)_[A-Za-z0-9]{{10,}}"),
    ("a Twilio API key", ("sk",), rf"{_START}SK[0-9a-f]{{32}}{_END}"),
    ("a Telegram bot token", (":aa",), r"(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    ("an Airtable token", ("pat",), rf"{_START}pat[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}}"),
    ("a Mailchimp API key", ("-us",), rf"{_START}[0-9a-f]{{32}}-us[0-9]{{1,2}}{_END}"),
    ("a Mailgun API key", ("key-",), rf"{_START}key-[0-9a-f]{{32}}{_END}"),
    ("a New Relic API key", ("nrak-",), rf"{_START}NRAK-[A-Z0-9]{{27}}"),
    ("a Supabase secret key", ("sb_secret_",), rf"{_START}sb_secret_[A-Za-z0-9_-]{{20,}}"),
    ("a Docker Hub token", ("dckr_",), rf"{_START}dckr_(?:pat|oat)_[A-Za-z0-9_-]{{20,}}"),
    ("a Figma token", ("figd_",), rf"{_START}figd_[A-Za-z0-9_-]{{30,}}"),
    ("a webhook's signing secret", ("whsec_",), rf"{_START}whsec_[A-Za-z0-9+/=]{{20,}}"),
    ("a Discord webhook", ("/api/webhooks/",), r"discord(?:app)?\.com/api/webhooks/[0-9]{15,20}/[A-Za-z0-9_-]{40,}"),
    (
        "a Slack webhook",
        ("hooks.slack.com",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]+/[A-Za-z0-9/]{10,}",
    ),
)
"""The kind, the keywords of which a text has one, and the pattern. Repeated parts are bounded or begin at a border."""
