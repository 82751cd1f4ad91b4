"""Functions, each with a role and a log group of its own; about one in three may call a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.company.grounds import one_in, role
from benchmarks.company.identities import name_of
from cli.sandbox.company.functions import archive

if TYPE_CHECKING:
    from benchmarks.company.grounds import Grounds


def build(grounds: Grounds) -> None:
    """Make the functions."""
    code = archive()
    for number in range(grounds.size.functions):
        settings: dict[str, Any] = {} if one_in(number, 5) else {"Timeout": 60, "MemorySize": 512}
        if one_in(number, 2):
            subnet, group = grounds.networks[number % len(grounds.networks)]
            settings["VpcConfig"] = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
        variables = {"LOG_LEVEL": "INFO", "TABLE": f"table-{number}"}
        if one_in(number, 20, 3):
            variables["DB_PASSWORD"] = f"Sommer-in-Zuerich-{number}"
        grounds.ask(
            "lambda",
            "CreateFunction",
            FunctionName=f"function-{number}",
            Role=role(name_of(grounds, number)),
            Runtime="python3.14",
            Handler="app.handler",
            Code={"ZipFile": code},
            Environment={"Variables": variables},
            **settings,
        )
        group = f"/aws/lambda/function-{number}"
        grounds.ask("logs", "CreateLogGroup", logGroupName=group)
        grounds.ask("logs", "PutRetentionPolicy", logGroupName=group, retentionInDays=365)
