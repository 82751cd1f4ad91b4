"""The environment variables of the company's functions: references to secrets, and secrets."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.sandbox.company.functions import FUNCTIONS
from cli.sandbox.company.labels import BAD, GOOD, Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

RULE = "lambda-bedrock-no-plaintext-secret"

EXAMPLE_KEY = "AKIAIOSFODNN7EXAMPLE"
"""The access key of the documentation of AWS, which belongs to nobody."""


@dataclass(frozen=True)
class Environment:
    """
    The variables of a function, and the verdict on them; without `wanted`, the function cannot call models.

    `own_key` says whether they are under the company's key for models.
    """

    function: str
    variables: Mapping[str, str] = field(default_factory=dict)
    wanted: Compliance | None = None
    own_key: bool = False


ENVIRONMENTS = (
    Environment(
        "claims-triage",
        {
            "LOG_LEVEL": "INFO",
            "DB_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:claims/db-aB3dE9",
            "POLICY_API_TOKEN_PARAMETER": "/claims/policy-api/token",
            "MAX_TOKENS": "2000",
        },
        GOOD,
        own_key=True,
    ),
    Environment("claims-summary", wanted=GOOD),
    Environment("prompt-tester", {"DATABASE_URL": "postgresql://tester@claims.internal:5432/claims"}, GOOD),
    Environment(
        "document-chat",
        {"VECTOR_DB": json.dumps({"host": "vectors.internal", "user": "chat", "password": "Sommer-in-Zuerich-25"})},
        BAD,
    ),
    # What somebody encoded so that it would not be seen.
    Environment("nightly-batch", {"BATCH_SETTINGS": b64encode(f"access_key = {EXAMPLE_KEY}".encode()).decode()}, BAD),
    # Holds a password, but cannot call a model.
    Environment("invoice-mailer", {"SMTP_PASSWORD": "Porto-2025"}),
    Environment("trial-matching", {"REGISTRY_TOKEN": "{{resolve:secretsmanager:trials/registry}}"}, GOOD),
)
_FUNCTIONS = {function.name: function for function in FUNCTIONS}

LABELS = tuple(
    Label(RULE, _FUNCTIONS[each.function].region, each.function, each.wanted)
    for each in ENVIRONMENTS
    if each.wanted is not None
)
CLEAN_LABELS = tuple(label for label in LABELS if _FUNCTIONS[label.resource].wanted is not BAD)


def build(site: Site) -> None:
    """Set the variables of the functions that are there."""
    for each in ENVIRONMENTS:
        function = _FUNCTIONS[each.function]
        there = function.region == site.region and (site.mixed or function.wanted is not BAD)
        if there and each.variables:
            site.client("lambda").update_function_configuration(
                FunctionName=each.function,
                Environment={"Variables": dict(each.variables)},
                **({"KMSKeyArn": site.keys["models"]} if each.own_key else {}),
            )
