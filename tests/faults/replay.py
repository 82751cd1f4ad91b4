"""
Clients that repeat what the embedded account answered before, and let a fault meet one call for real.

A matrix of faults asks the account the same thing tens of thousands of times. Only the struck call, PutEvaluations
and what nobody asked before go through botocore to the account; everything else is repeated from the recording.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.sandbox import CREDENTIALS
from tests.faults.planted import SESSION_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.config import Config

    from cli.sandbox import Account, Fault

TOKENS = ("nextToken", "NextToken", "Marker", "ContinuationToken", "NextMarker", "marker", "position")
STORING = "PutEvaluations"


@dataclass(frozen=True, order=True)
class CallKey:
    """One call of a run, whatever the order in which threads make the calls: what it asks, and the how-manieth time."""

    service: str
    region: str
    operation: str
    parameters: str
    time: int = 0

    @property
    def name(self) -> str:
        """`service:Operation`, with botocore's names."""
        return f"{self.service}:{self.operation}"

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The texts that the call asks for, and the last part of each ARN and path among them."""
        texts = [value for value in json.loads(self.parameters).values() if isinstance(value, str)]
        return tuple(dict.fromkeys(name for text in texts for name in (text, text.rpartition("/")[2]) if name))

    @property
    def page_token(self) -> str:
        """The token of the further page that the call asks for, empty for none; its padding is left out."""
        parameters = json.loads(self.parameters)
        return next((str(parameters[name]).rstrip("=") for name in TOKENS if name in parameters), "")


@dataclass
class Strike:
    """
    One fault that waits for one call of a run.

    `lasting`, its answer is repeated to every call from then on; `everywhere`, it meets every call of the operation.
    `struck` says whether the call came, `refusal` has the answer that is repeated.
    """

    key: CallKey | None = None
    fault: Fault | None = None
    lasting: bool = False
    everywhere: bool = False
    struck: bool = False
    refusal: Any = None

    def meets(self, key: CallKey) -> bool:
        """Say whether the fault meets that call."""
        if self.key is None or self.fault is None:
            return False
        return key == self.key or (self.everywhere and (key.name, key.region) == (self.key.name, self.key.region))


@dataclass
class Recording:
    """What a faultless run asked and was answered, in the order of arrival."""

    answers: dict[CallKey, Any] = field(default_factory=dict)
    order: list[CallKey] = field(default_factory=list)


class ReplaySession:
    """What a rule takes for its boto3 session. Safe to use from several threads."""

    def __init__(self, account: Account, region: str, standing: Fault) -> None:
        self.region_name = region
        self.recording = Recording()
        self.strike = Strike()
        self._standing = standing
        self._account = account
        self._session = account.session(region)
        self._clients: dict[tuple[str, str], Any] = {}
        self._made: Counter[CallKey] = Counter()
        self._striking = False
        self._turn = RLock()

    def get_partition_for_region(self, region: str) -> str:
        """Return what boto3 returns."""
        return str(self._session.get_partition_for_region(region))

    def get_available_regions(self, service: str, partition_name: str) -> list[str]:
        """Return what boto3 returns."""
        return list(self._session.get_available_regions(service, partition_name=partition_name))

    def client(self, service: str, region_name: str, config: Config) -> Any:
        """Return a real client whose calls are repeated, or struck; one per service and Region."""
        key = (service, region_name)
        if key not in self._clients:
            client = self._session.client(
                service,
                region_name=region_name,
                config=config,
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=SESSION_TOKEN,
            )
            send = client._make_api_call  # noqa: SLF001 - the one place through which methods and paginators go
            client._make_api_call = self._answering(service, region_name, send)  # noqa: SLF001 - the same
            self._clients[key] = client
        return self._clients[key]

    def begin(self, strike: Strike) -> None:
        """Begin a run in which that call meets that fault."""
        self.strike = strike
        self._made.clear()

    def begin_recording(self) -> None:
        """Begin a run whose answers later ones repeat."""
        self.begin(Strike())
        self.recording = Recording()

    def _answering(
        self, service: str, region: str, send: Callable[[str, dict[str, Any]], Any]
    ) -> Callable[[str, dict[str, Any]], Any]:
        def answer(operation: str, parameters: dict[str, Any]) -> Any:
            # What is stored carries the time of the run; there is one store call after the other.
            asked = "{}" if operation == STORING else json.dumps(parameters, sort_keys=True, default=str)
            first = CallKey(service, region, operation, asked)
            with self._turn:
                if self._striking:
                    # botocore asks for a bucket's Region when S3 refuses a HEAD: a part of the struck call.
                    return send(operation, parameters)
                key = replace(first, time=self._made[first])
                self._made[first] += 1
                strike = self.strike
                if strike.refusal is not None:
                    raise ClientError(strike.refusal, operation)
                if strike.meets(key):
                    strike.struck = True
                    return self._struck(strike, send, operation, parameters)
                if operation != STORING and key in self.recording.answers:
                    return self.recording.answers[key]
                self._account.faults.replace([self._standing])
                answered = send(operation, parameters)
                if strike.fault is None:
                    self.recording.answers[key] = answered
                    self.recording.order.append(key)
                return answered

        return answer

    def _struck(
        self, strike: Strike, send: Callable[[str, dict[str, Any]], Any], operation: str, parameters: dict[str, Any]
    ) -> Any:
        self._striking = True
        self._account.faults.replace([fault for fault in (strike.fault, self._standing) if fault is not None])
        try:
            return send(operation, parameters)
        except ClientError as error:
            strike.refusal = error.response if strike.lasting else None
            raise
        finally:
            self._striking = False
            self._account.faults.replace([self._standing])
