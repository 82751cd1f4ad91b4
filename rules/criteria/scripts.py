"""When a script holds a credential; what it is, never its value, is said."""

from __future__ import annotations

import re
from typing import Final

CREDENTIALS: Final = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z2-7]{16}\b"),
    "an AWS secret access key": re.compile(
        r"(?i)(aws_?)?secret_?(access_?)?key['\"]?\s*[:=]\s*['\"]?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
    ),
    "an Amazon Bedrock API key": re.compile(r"\b(ABSK[A-Za-z0-9+/=]{20,}|bedrock-api-key-[A-Za-z0-9+/=]{20,})"),
    "a private key": re.compile(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a Hugging Face token": re.compile(r"\bhf_[A-Za-z]{30,}\b"),
    "a connection string with a password": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@$]+:[^\s:/@${}]{3,}@[^\s/]+"),
}


def credentials(text: str) -> tuple[str, ...]:
    """Return the kinds of credentials that a script holds, such as "an AWS access key"."""
    return tuple(kind for kind, pattern in CREDENTIALS.items() if pattern.search(text))
