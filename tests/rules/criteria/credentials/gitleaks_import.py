"""
Take over the rules of gitleaks that recognise a credential by its own format.

    python -m tests.rules.criteria.credentials.gitleaks_import gitleaks.toml

writes `rules/criteria/credentials/gitleaks.json` from gitleaks' `config/gitleaks.toml`.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from rules.criteria.credentials.known_formats import GITLEAKS

BY_NAME = r"[\w.-]{0,50}?"
"""How the rules begin that take any random text for a credential when a vendor's name stands before it."""

END_OF_LITERAL = r"(?:[\x60'\"\s;]|\\[nr]|$)"
END_OF_TOKEN = r"(?![A-Za-z0-9_])"
"""What follows a token: gitleaks asks for the end of a literal in source code, a value has none."""

LEFT_OUT = {
    "aws-access-token": "our own pattern takes the example keys of the documentation, too",
    "aws-amazon-bedrock-api-key-long-lived": "our own pattern takes keys of every length",
    "aws-amazon-bedrock-api-key-short-lived": "our own pattern takes the keys of every Region",
    "curl-auth-header": "it backtracks on long texts, and headers are looked for in another way",
    "curl-auth-user": "it backtracks on long texts",
    "flutterwave-public-key": "it is public",
    "freemius-secret-key": "it reads PHP source code",
    "gcp-api-key": "its exceptions are keys that code hosts refuse; our own pattern takes its place",
    "jwt": "our own pattern takes its place",
    "kubernetes-secret-yaml": "it reads manifests, and backtracks on long texts",
    "nuget-config-password": "it reads NuGet's files",
    "private-key": "our own pattern is content with the first line",
    "sourcegraph-access-token": "it takes the SHA-1 of any commit",
    "twilio-api-key": "it matches within longer texts; our own pattern takes its place",
}

SPELT = {
    "api": "API", "app": "app", "aws": "AWS", "ca": "CA", "cicd": "CI/CD", "clickhouse": "ClickHouse",
    "digitalocean": "DigitalOcean", "easypost": "EasyPost", "fb": "FB", "flyio": "Fly.io", "frameio": "Frame.io",
    "github": "GitHub", "gitlab": "GitLab", "gocardless": "GoCardless", "hashicorp": "HashiCorp", "huggingface":
    "Hugging Face", "jfrog": "JFrog", "jwt": "JWT", "launchdarkly": "LaunchDarkly", "npm": "npm", "oauth": "OAuth",
    "openai": "OpenAI", "openshift": "OpenShift", "pat": "personal access token", "personnal": "personal",
    "planetscale": "PlanetScale", "ptt": "pipeline trigger token", "pypi": "PyPI", "rrt": "runner registration token",
    "rubygems": "RubyGems", "scim": "SCIM", "sendgrid": "SendGrid", "sendinblue": "Sendinblue", "tf": "Terraform",
    "url": "URL", "azure": "Azure", "ad": "AD", "readme": "ReadMe", "maxmind": "MaxMind", "intra42": "Intra42",
    "settlemint": "SettleMint", "1password": "1Password",
}  # fmt: skip


def taken_over(config: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a gitleaks configuration that recognise a credential by its own format, for Python's re."""
    found = []
    for rule in config["rules"]:
        if rule["id"] in LEFT_OUT or "regex" not in rule or BY_NAME in rule["regex"]:
            continue
        pattern = python_pattern(rule["regex"].replace(END_OF_LITERAL, END_OF_TOKEN))
        found.append(
            {
                "id": rule["id"],
                "kind": kind(rule["id"]),
                "pattern": pattern,
                "keywords": sorted(keyword.lower() for keyword in rule["keywords"]),
                "entropy": rule.get("entropy", 0),
            }
        )
    return found


def python_pattern(pattern: str) -> str:
    """
    Return a pattern of Go's regexp package for Python's re.

    Go lets flags begin anywhere and hold until the end of the group, and knows other names of classes and of the end.
    Raises ValueError for a pattern that cannot be put in other words.
    """
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]")
    while (start := pattern.find("(?i)")) >= 0:
        end, alternatives = _rest_of_group(pattern, start)
        if alternatives and start > 0:
            raise ValueError(f"{pattern} has an alternative after a flag in its middle, which Go reads otherwise")
        pattern = f"{pattern[:start]}(?i:{pattern[start + 4 : end]}){pattern[end:]}"
    re.compile(pattern, re.ASCII)
    return pattern


def _rest_of_group(pattern: str, start: int) -> tuple[int, bool]:
    """Return where the group ends that holds a position, and whether an alternative follows in it."""
    depth, position, in_class, alternatives = 0, start, False, False
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            position += 1
        elif in_class or character == "[":
            in_class = character != "]"
        elif character == "|":
            alternatives = alternatives or depth == 0
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth < 0:
                break
        position += 1
    return position, alternatives


def kind(rule_id: str) -> str:
    """Return how annotations call a credential, from the id of its rule: "an OpenAI API key"."""
    first, *rest = (word for word in rule_id.split("-") if word not in ("routable", "v2"))
    vendor = SPELT.get(first, first.capitalize())
    article = "an" if vendor[0] in "AEIO" or vendor == "npm" else "a"
    return " ".join([article, vendor, *(SPELT.get(word, word) for word in rest)])


def main(arguments: list[str]) -> None:
    """Write the data file from a gitleaks configuration."""
    (source,) = arguments
    config = tomllib.loads(Path(source).read_text(encoding="utf-8"))
    lines = ",\n".join(json.dumps(rule) for rule in taken_over(config))
    GITLEAKS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
