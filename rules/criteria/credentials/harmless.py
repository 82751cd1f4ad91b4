"""Values that are no secrets, however they are called: references to where the secret is, ciphertexts, placeholders."""

from __future__ import annotations

import re
from typing import Final

from rules.criteria.credentials.randomness import is_random
from rules.expressions import Expression

_CIPHERTEXT: Final = Expression(r"AQ[EI]CA[A-Za-z0-9+/]{100,}={0,2}", re.ASCII)
"""What AWS KMS encrypts begins like this in base64; the console's encryption helpers store it in variables
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html)."""

_REFERENCE: Final = Expression(
    r"""
    arn:aws[a-z-]*:[^\s]+
    | \$?\{\{[^{}]{1,512}\}\}                               # dynamic references of CloudFormation, templates
    | \$?\{[^{}]{1,256}\} | \$\([^()]{1,512}\) | `[^`]{1,512}`
    | \$(?:[A-Z_][A-Z0-9_]{0,127}|[a-z_]{1,128}|[0-9@*#?!-]) | %\{[^{}]{1,256}\} | %[A-Za-z_][A-Za-z0-9_]{0,128}%
    | <[^<>]{0,256}> | \[[^\[\]]{0,256}\] | !\w+\s\S{1,256}
    | (?:aws-)?(?:ssm(?:-secure)?|sm|kms|secrets?-?(?:manager)?|vault|op|gcp-?sm|azure-?kv|env|file|s3)
      (?:://|:)[^\s]{1,512}
    | rds!(?:cluster|db)-[A-Za-z0-9-]{1,64}
    | mrk-[0-9a-f]{32}
    | alias/[^\s]{1,256}
    | projects/[^\s/]{1,64}/secrets/[^\s]{1,256}
    """,
    re.VERBOSE | re.ASCII,
)
_URL: Final = Expression(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://[^\s]{1,4096}|[A-Za-z0-9.-]{1,200}\.amazonaws\.com\S{0,500}")
_PUBLIC: Final = Expression(
    r"-----BEGIN (?:CERTIFICATE|(?:[A-Z]{1,8} )?PUBLIC KEY)|data:"
    r"|(?:ssh-[a-z0-9]{3,10}|ecdsa-sha2-[a-z0-9-]{1,20}) AAAA"
)
_WORD: Final = Expression(r"[A-Za-z]+")
_PLACEHOLDERS: Final = frozenset(
    {
        "change", "changeme", "replace", "replaceme", "placeholder", "your", "yours", "dummy", "example", "fake",
        "insert", "redacted", "todo", "tbd", "fixme", "unset", "unused", "none", "null", "nil", "undefined", "empty",
        "disabled", "setme", "notset", "notused", "na", "xxx",
    }
)  # fmt: skip
_NOTHING: Final = frozenset({"not-used", "not-set", "not-needed", "set-me", "set_me", "n/a", "not_used", "not_set"})
_SAID: Final = frozenset(
    {"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional", "auto"}
)
_FEWEST_CHARACTERS: Final = 3
"""Different characters that a secret has at least: "xxxxxxxx" and "********" have fewer."""

_LONGEST_PLACEHOLDER: Final = 64
_LONGEST_MIXED: Final = 7
"""Characters of a path's part that may mix both cases with digits, as "Lambda2a" does."""

_ABSOLUTE: Final = Expression(r"(?:[A-Za-z]:\\|[~.]{0,2}/)[^\s]{1,1024}", re.ASCII)
_RELATIVE: Final = Expression(
    r"(?:[A-Za-z]{2,64}(?:[-_.][A-Za-z]+){0,8}[0-9]{0,2}/){1,8}[A-Za-z]{2,64}(?:[-_.][A-Za-z]+){0,8}[0-9]{0,2}",
    re.ASCII,
)
_GENERATED: Final = Expression(
    r"(?:[A-Za-z][A-Za-z0-9]{0,127}-){0,4}[A-Za-z]{3,64}[0-9A-F]{8}-[A-Za-z0-9]{12,13}", re.ASCII
)
"""Names that AWS CloudFormation makes of the AWS CDK's logical ids."""


def is_ciphertext(value: str) -> bool:
    """Say whether a value is what AWS KMS encrypted."""
    return _CIPHERTEXT.fullmatch(value) is not None


def is_reference(value: str) -> bool:
    """Say whether a value tells where a secret is: ARNs, names in secret stores, variables, paths and URLs."""
    return any(pattern.fullmatch(value) for pattern in (_REFERENCE, _URL, _GENERATED)) or is_path(value)


def is_path(value: str) -> bool:
    """Say whether a value is a path or a name with slashes, no part of which is random: base64 has slashes, too."""
    if _RELATIVE.fullmatch(value):
        return True
    return _ABSOLUTE.fullmatch(value) is not None and not any(map(_made_up, re.split(r"[/\\]", value)))


def is_placeholder(value: str) -> bool:
    """Say whether a value stands for one that nobody has set."""
    lowered = value.lower().strip("\"'")
    if lowered in _NOTHING or lowered in _SAID or len(set(lowered)) < _FEWEST_CHARACTERS:
        return True
    if lowered.endswith("...") or "xxxxx" in lowered or "*****" in lowered:
        return True
    if len(value) > _LONGEST_PLACEHOLDER or any(character.isdigit() for character in value):
        return False
    return not _PLACEHOLDERS.isdisjoint(_WORD.findall(lowered))


def is_harmless(value: str) -> bool:
    """Say whether a value is no secret, whatever its name says."""
    return (
        not value
        or is_ciphertext(value)
        or is_placeholder(value)
        or is_reference(value)
        or _PUBLIC.match(value) is not None
    )


def _made_up(part: str) -> bool:
    mixed = any(c.isupper() for c in part) and any(c.islower() for c in part) and any(c.isdigit() for c in part)
    return is_random(part) or (mixed and len(part) > _LONGEST_MIXED)
