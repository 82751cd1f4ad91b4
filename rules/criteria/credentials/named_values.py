"""Secrets that only their names tell: DB_PASSWORD=Winter2024! has no format."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from rules.criteria.credentials.harmless import is_harmless
from rules.criteria.credentials.randomness import is_random, is_uuid
from rules.expressions import Expression

_WORDS: Final = Expression(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", re.ASCII)
_LONGEST_NAME: Final = 256

PASSWORDS: Final = frozenset(
    {"password", "passwd", "pwd", "passphrase", "pass", "pw", "passcode", "passwort", "kennwort", "senha"}
)
SECRETS: Final = frozenset(
    {
        "secret", "secrets", "token", "tokens", "credential", "credentials", "creds", "pepper", "salt", "apikey",
        "apikeys", "secretkey", "accesskey", "privatekey", "authkey", "authtoken", "accesstoken",
    }
)  # fmt: skip
AUTHORIZATIONS: Final = frozenset({"auth", "authorization", "basicauth", "userpass"})
_ENDINGS: Final = ("password", "passwd", "passphrase")
_SECRET_ENDINGS: Final = ("secret", "token", "apikey")
KEYS: Final = frozenset({"key", "keys"})
SECRET_KEYS: Final = frozenset(
    {
        "api", "access", "secret", "private", "signing", "encryption", "master", "hmac", "license", "licence", "admin",
        "auth", "account", "storage", "service", "shared", "crypto", "cipher", "fernet", "aes", "session", "app",
        "jwt", "subscription", "ingest", "deploy", "root", "symmetric",
    }
)  # fmt: skip
"""Words before "key" that make it a secret one."""
DATA_KEYS: Final = frozenset(
    {
        "partition", "sort", "primary", "foreign", "cache", "object", "s3", "routing", "idempotency", "group", "hash",
        "range", "location", "translation", "dedup", "deduplication", "lookup", "index", "row", "message", "kms",
        "tag", "map", "dict", "json", "sns", "sqs", "dynamodb", "join", "order", "shard", "file", "prefix", "site",
    }
)  # fmt: skip
"""Words before "key" that make it a field, a path or the name of a key."""
PUBLIC: Final = frozenset({"public", "publishable", "pub", "verify", "verification"})
ABOUT: Final = frozenset(
    {
        "arn", "arns", "id", "ids", "name", "names", "path", "paths", "param", "params", "parameter", "parameters",
        "ref", "reference", "url", "urls", "uri", "uris", "endpoint", "endpoints", "host", "hostname", "port", "header",
        "headers", "prefix", "suffix", "length", "limit", "limits", "policy", "ttl", "expiry", "expiration", "expires",
        "lifetime", "days", "hours", "minutes", "seconds", "ms", "age", "timeout", "type", "types", "mode", "method",
        "algorithm", "alg", "provider", "providers", "issuer", "audience", "scope", "scopes", "realm", "enabled",
        "disabled", "required", "count", "size", "index", "file", "filename", "location", "region", "alias", "version",
        "versions", "format", "field", "fields", "column", "table", "bucket", "source", "role", "fingerprint",
        "thumbprint", "hint", "label", "rotation", "store", "manager", "cache", "user", "username", "owner",
        "template", "pattern", "regex", "schema", "jmespath", "price", "cost", "budget", "minute", "request",
        "family", "kind", "domain", "service", "group", "status", "state", "title", "description", "text", "message",
        "model", "function", "lambda", "queue", "topic", "zone", "layer", "handler", "runtime", "class",
        "module", "package", "strategy", "backend", "engine", "server", "client", "cluster", "instance", "stack",
        "pool", "project", "account", "tenant", "organization", "team", "application", "encoding", "separator",
    }
)  # fmt: skip
"""Last words that make a name say something about a secret, not the secret."""
_QUALIFIERS: Final = frozenset(
    {
        "prod", "production", "dev", "development", "stage", "staging", "test", "testing", "live", "sandbox", "qa",
        "uat", "value", "plain", "plaintext", "b64", "base64", "encoded", "string", "str", "default", "primary",
        "secondary", "main", "backup", "current", "previous", "new", "old", "us", "eu", "v", "json",
        "decrypted", "raw",
    }
)  # fmt: skip
"""Last words that change nothing."""

_FEWEST: Final = 8
_LEAST_PIN: Final = 6
_VERSION: Final = Expression(r"[-_.]v[0-9]{1,3}$", re.ASCII)
_NAME: Final = Expression(r"[A-Za-z]+(?:[-_.:/][A-Za-z]+)*[:.!?]?", re.ASCII)
_NUMBER: Final = Expression(r"[0-9][0-9., _-]*", re.ASCII)
_PLAIN: Final = Expression(r"(?:secret|passw|letmein|qwerty|admin)", re.ASCII | re.IGNORECASE)
"""Beginnings of the words that people make up instead of secrets."""

_USER_AND_PASSWORD: Final = Expression(r"[^\s:/]{1,128}:[^\s/]{3,256}")
_AWS_SECRET_KEY: Final = Expression(r"(?=.{0,40}[0-9/+])[A-Za-z0-9/+]{40}", re.ASCII)


class Class(Enum):
    """What a name promises: a password, a secret that machines make, an authorization, perhaps one of them, nothing."""

    PASSWORD = auto()
    SECRET = auto()
    AUTHORIZATION = auto()
    PERHAPS = auto()
    NOTHING = auto()


def class_of(name: str) -> Class:
    """
    Return what a name promises, by its last word: a DB_PASSWORD is a password, a DB_PASSWORD_ARN is an ARN.

    Words are divided by case and by whatever is no letter; "prod", numbers and the like at the end do not count.
    """
    words = [word.lower() for word in _WORDS.findall(name[-_LONGEST_NAME:])]
    while words and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words.pop()
    if not words or words[-1] in ABOUT or not PUBLIC.isdisjoint(words):
        return Class.NOTHING
    return _of_last(words) or _of_any(words)


def _of_last(words: list[str]) -> Class | None:
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in PASSWORDS or last.endswith(_ENDINGS):
        return Class.PASSWORD
    if last in SECRETS or last.endswith(_SECRET_ENDINGS) or (last in KEYS and before in SECRET_KEYS):
        return Class.SECRET
    if last in KEYS and before in DATA_KEYS:
        return Class.NOTHING
    return Class.AUTHORIZATION if last in AUTHORIZATIONS else None


def _of_any(words: list[str]) -> Class:
    telling = PASSWORDS | SECRETS | AUTHORIZATIONS | KEYS
    found = any(word in telling or word.endswith((*_ENDINGS, *_SECRET_ENDINGS)) for word in words)
    return Class.PERHAPS if found else Class.NOTHING


def named(name: str, value: str) -> str | None:
    """Return what a value is by its name and its randomness ("a password"), None for nothing secret."""
    promised = class_of(name)
    if promised is Class.NOTHING:
        return None
    if "secret" in name.lower() and _AWS_SECRET_KEY.fullmatch(value) and _mixed(value):
        return "an AWS secret access key"
    if is_harmless(value):
        return None
    if promised is Class.PASSWORD and (len(value) >= _LEAST_PIN or not value.isdigit()):
        return "a password"
    if promised is Class.AUTHORIZATION and _USER_AND_PASSWORD.fullmatch(value):
        return "a user name with a password"
    secret = any(map(_secret, _parts(name, value))) if promised is Class.SECRET else _certain(value)
    return "a secret value" if secret else None


def _certain(value: str) -> bool:
    return is_random(value) and not is_uuid(value)


def _parts(name: str, value: str) -> list[str]:
    plural = name.lower().endswith("s") and "," in value
    return [part.strip() for part in value.split(",")] if plural else [value]


def _secret(value: str) -> bool:
    """Say whether a value is more than a name: names are words, without spaces, and with digits in a version only."""
    if len(value) < _FEWEST or is_harmless(value) or "\n" in value or _NUMBER.fullmatch(value):
        return False
    if is_random(value):
        return True
    plain = _VERSION.sub("", value)
    return _NAME.fullmatch(plain) is None or (plain.isalpha() and _PLAIN.search(plain) is not None)


def _mixed(value: str) -> bool:
    return any(c.isupper() for c in value) and any(c.islower() for c in value)
