"""The embedded AWS account, in this process (`embedded_account`) or over HTTP on loopback (`EmbeddedAccount`)."""

import copy
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import EAI_NONAME, gaierror
from types import TracebackType
from typing import Any, Final, Self

import boto3
import botocore.loaders
import botocore.session
import moto.core.utils
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.hooks import HierarchicalEmitter
from moto.core.config import default_user_config
from moto.core.models import botocore_stubber
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError

from cli.sandbox.calls import Calls
from cli.sandbox.config_events import ConfigEvents
from cli.sandbox.exchange import HttpRequest
from cli.sandbox.faults import Faults, LostConnectionError
from cli.sandbox.gateway import GATEWAY
from cli.sandbox.made_once import SHARED
from cli.sandbox.operations import replacement
from cli.sandbox.server import Server
from cli.sandbox.tables import Tables

ACCOUNT_ID: Final = "123456789012"
REGION: Final = "us-east-1"

# AWS's own example credentials; no AWS account has them.
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
_NO_FILES: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_MOTO_CONFIG: Final[dict[str, Any]] = {
    "core": {
        "mock_credentials": False,
        "passthrough": {"urls": [], "services": []},
        "reset_boto3_session": False,
        "service_whitelist": None,
    },
    "lambda": {"use_docker": False},
    "batch": {"use_docker": False},
}
_LOADER: Final = botocore.loaders.create_loader()
SHARED.add(id(_LOADER))
# The handlers of every session, registered once.
_HOOKS: Final = HierarchicalEmitter()
botocore.session.Session(event_hooks=_HOOKS)
# Not the sessions' loader: botocore changes the S3 model that it loads.
_MOTO_LOADER: Final = botocore.loaders.create_loader()
replacement(moto.core.utils, "create_loader", reason="Moto lists botocore's directories again for every service.")(
    lambda: _MOTO_LOADER
)
_LOST: Final[dict[str, type[HTTPClientError]]] = {
    "no-endpoint": EndpointConnectionError,
    "connect-timeout": ConnectTimeoutError,
    "read-timeout": ReadTimeoutError,
    "close": ConnectionClosedError,
}


class Account:
    """An open embedded account: its faults, its calls, and sessions that reach it.

    moto keeps state in the process, so all accounts that are open in one process are the same.
    """

    @property
    def calls(self) -> Calls:
        """The calls that reached the account, in order."""
        return GATEWAY.calls

    @property
    def faults(self) -> Faults:
        """The faults on order."""
        return GATEWAY.faults

    @property
    def tables(self) -> Tables:
        """The memory of what moto lacks."""
        return GATEWAY.tables

    def reset(self) -> None:
        """Empty the account, cancel all faults, forget all calls."""
        GATEWAY.reset()

    def config_events(self, region: str = REGION, account_id: str = ACCOUNT_ID) -> ConfigEvents:
        """Return what mints the events that AWS Config sends to the functions of its rules."""
        return ConfigEvents(GATEWAY.tables, account_id, region)

    def session(self, region: str = REGION, access_key_id: str | None = None) -> boto3.session.Session:
        """Return a boto3 session with example credentials whose clients reach this account."""
        return _Session(access_key_id, region)


@contextmanager
def embedded_account() -> Iterator[Account]:
    """Put an empty account in the place of AWS for every boto3 client of this process; nothing is sent.

    Clients that were made before this module was imported are not reached. The environment has example
    credentials meanwhile and no other setting for AWS clients, so that real ones are not even read.
    """
    moto_config, default_session = dict(default_user_config), boto3.DEFAULT_SESSION
    with _example_environment():
        GATEWAY.reset()
        default_user_config.update(_MOTO_CONFIG)
        boto3.DEFAULT_SESSION = None
        # What moto's mock_aws does, without the thousand patterns that it makes for other HTTP clients than boto3.
        botocore_stubber.process_request = _answer_in_process
        botocore_stubber.enabled = True
        try:
            yield Account()
        finally:
            botocore_stubber.enabled = False
            del botocore_stubber.process_request
            boto3.DEFAULT_SESSION = default_session
            default_user_config.update(moto_config)
            GATEWAY.reset()


@contextmanager
def _example_environment() -> Iterator[None]:
    before = dict(os.environ)
    region = {name: before.get(name, REGION) for name in ("AWS_DEFAULT_REGION", "AWS_REGION")}
    for name in [name for name in before if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(CREDENTIALS | region | _NO_FILES)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class EmbeddedAccount(Account):
    """An empty account behind an HTTP endpoint on loopback, for other processes and for AWS_ENDPOINT_URL.

    With `port` 0 the system chooses a free one. Use it as a context manager, or `start` and `stop` it.
    """

    def __init__(self, port: int = 0) -> None:
        self._server = Server(GATEWAY, port)
        self._thread = threading.Thread(target=self._server.serve_forever, name="embedded-account", daemon=True)
        self._moto_config: dict[str, Any] = dict(default_user_config)

    @property
    def endpoint_url(self) -> str:
        """What AWS_ENDPOINT_URL has to be."""
        return self._server.url

    def session(self, region: str = REGION, access_key_id: str | None = None) -> boto3.session.Session:
        """Return a boto3 session with example credentials whose clients talk to the endpoint."""
        return _Session(access_key_id, region, self.endpoint_url)

    def environment(self, region: str = REGION) -> dict[str, str]:
        """Return the variables by which another process reaches the account."""
        return {
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self) -> None:
        """Begin to answer, with an empty account."""
        default_user_config.update(_MOTO_CONFIG)
        self.reset()
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.reset()
        default_user_config.update(self._moto_config)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def session_at(endpoint_url: str, region: str, access_key_id: str | None = None) -> boto3.session.Session:
    """Return a boto3 session with example credentials whose clients talk to an endpoint of the embedded account."""
    return _Session(access_key_id, region, endpoint_url)


class _Session(boto3.session.Session):  # type: ignore[misc]  # boto3 ships no types
    """A session with example credentials; all of them share what they load, which takes a second for EC2 alone."""

    def __init__(self, access_key_id: str | None, region: str, endpoint_url: str | None = None) -> None:
        core = botocore.session.Session(event_hooks=copy.copy(_HOOKS), include_builtin_handlers=False)
        core.register_component("data_loader", _LOADER)
        super().__init__(
            access_key_id or CREDENTIALS["AWS_ACCESS_KEY_ID"],
            CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=region,
            botocore_session=core,
        )
        self._endpoint_url = endpoint_url
        if endpoint_url:
            self.events.register("before-send.s3-control", _without_account_label)

    def client(self, *arguments: Any, **settings: Any) -> Any:
        return super().client(*arguments, **{"endpoint_url": self._endpoint_url, **settings})


def _without_account_label(request: AWSPreparedRequest, **_: object) -> None:
    """Take the account id out of the host: `123456789012.127.0.0.1` is no address (S3 Control puts it there)."""
    scheme, rest = str(request.url).split("://", 1)
    label, host = rest.split(".", 1)
    if label.isdigit() and host.startswith("127."):
        request.url = f"{scheme}://{host}"


def _reason(kind: str, host: str) -> Exception | None:
    """Return what botocore passes on of the network's own error: for an endpoint, that its name does not exist."""
    if kind != "no-endpoint":
        return None
    unknown = gaierror(EAI_NONAME, "Name or service not known")
    reason = NameResolutionError(host, HTTPConnection(host), unknown)
    reason.__cause__ = unknown
    return reason


def _answer_in_process(request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes] | None:
    arrived = HttpRequest.from_botocore(request)
    try:
        answer = GATEWAY.answer(arrived)
    except LostConnectionError as lost:
        raise _LOST[lost.kind](endpoint_url=arrived.url, error=_reason(lost.kind, arrived.host)) from lost
    return answer.status, dict(answer.headers), answer.body
