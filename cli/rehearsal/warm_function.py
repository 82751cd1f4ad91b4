"""A deployed function that runs: one process that answers events as they come, as AWS Lambda keeps one warm."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import boto3

from cli.rehearsal.assets import AssetError
from cli.sandbox.passing_time import count_run
from rules.engine.surroundings import is_detour

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from types import TracebackType

    from cli.rehearsal.assets import Assets
    from cli.rehearsal.deployment import DeployedFunction
    from cli.sandbox import EmbeddedAccount
    from cli.sandbox.calls import RecordedCall

TIMEOUT = 300
"""Seconds for one event."""


class FunctionError(Exception):
    """A function raised, or its process ended; the message is what it said."""


class _Process:
    """The process of one function: events go in as lines, and answers come back."""

    def __init__(self, connection: socket.socket, task: str) -> None:
        connection.settimeout(TIMEOUT)
        self._connection = connection
        self._events = connection.makefile("w", encoding="utf-8")
        self._answers = connection.makefile("r", encoding="utf-8")
        self._events.write(f"{task}\n")

    def ask(self, event: str) -> str:
        """Return what it answers; raises TimeoutError, and another OSError when it has ended."""
        self._events.write(f"{event}\n")
        self._events.flush()
        line = self._answers.readline()
        if not line:
            raise ConnectionError("the process ended")
        return line

    def close(self) -> None:
        """Close the connection, at which the process ends."""
        for each in (self._answers, self._events, self._connection):
            with suppress(OSError):
                each.close()


class WarmFunction:
    """
    A function with the credentials of its own role, in a process of its own. Use it as a context manager.

    Every run is counted in the metrics that AWS Lambda keeps.
    """

    def __init__(self, account: EmbeddedAccount, region: str, function: DeployedFunction, assets: Assets) -> None:
        self.function = function
        self._assets = assets
        self._account = account
        self._region = region
        session = account.session(region)
        assumed = session.client("sts").assume_role(RoleArn=function.role_arn, RoleSessionName=function.name)
        given = assumed["Credentials"]
        self._credentials = {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }
        self._log = tempfile.NamedTemporaryFile("r", encoding="utf-8")  # noqa: SIM115 - closed with the process
        self._process: _Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.close()
        self._log.close()

    @property
    def calls(self) -> list[RecordedCall]:
        """Every call that was made with this function's credentials."""
        return self._account.calls.of(self._credentials["AWS_ACCESS_KEY_ID"])

    @property
    def denied(self) -> frozenset[str]:
        """The actions that the function's role refused."""
        return frozenset(call.action for call in self.calls if call.denied)

    def client(self, service: str) -> Any:
        """Return a client with the function's credentials, for what AWS Lambda itself does with its role."""
        session = boto3.session.Session(
            self._credentials["AWS_ACCESS_KEY_ID"],
            self._credentials["AWS_SECRET_ACCESS_KEY"],
            self._credentials["AWS_SESSION_TOKEN"],
            region_name=self._region,
        )
        return session.client(service, endpoint_url=self._account.endpoint_url)

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Return what the function returns for an event; raises FunctionError."""
        _, _, _, _, account_id, _ = self.function.role_arn.split(":", 5)
        try:
            returned = self._answered(event)
        except FunctionError:
            count_run(account_id, self._region, self.function.name, failed=True)
            raise
        count_run(account_id, self._region, self.function.name, failed=False)
        return returned

    def _answered(self, event: Mapping[str, Any]) -> Any:
        try:
            self._process = self._process or self._started()
            line = self._process.ask(json.dumps(event))
        except AssetError as error:
            raise FunctionError(str(error)) from error
        except TimeoutError as error:
            raise self._given_up(f"the process did not answer in {TIMEOUT} seconds") from error
        except OSError as error:
            raise self._given_up("the process ended") from error
        answer = json.loads(line)
        if answer["error"]:
            raise FunctionError(f"{answer['error']['type']}: {answer['error']['message']}")
        return answer["returned"]

    def _given_up(self, why: str) -> FunctionError:
        """Close the process, so that the next event starts another; return the error to raise."""
        if self._process is not None:
            self._process.close()
            self._process = None
        return FunctionError(f"{why}: {self._last_words()}")

    def _started(self) -> _Process:
        task = {
            "handler": self.function.handler,
            "environment": self._environment(),
            "endpoint": self._account.endpoint_url,
            "log": self._log.name,
        }
        return _Process(self._assets.connect(self.function.code), json.dumps(task))

    def _environment(self) -> dict[str, str]:
        reached = self._account.environment(self._region)
        return {
            **{name: value for name, value in reached.items() if not is_detour(name)},
            **self._credentials,
            **self.function.variables,
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
        }

    def _last_words(self) -> str:
        self._log.seek(0)
        said = self._log.read().strip().splitlines()
        return said[-1] if said else "no message"
