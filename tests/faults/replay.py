"""
Clients that repeat what the embedded account answered before, and let a fault meet one call for real.

A matrix of faults asks the account the same thing tens of thousands of times. Only the struck call and what nobody
asked before go through botocore to the account; everything else is repeated from memory.
"""

from __future__ import annotations

import inspect
import json
import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

import rules
from cli.sandbox import CREDENTIALS, Fault
from cli.sandbox.company.data_science import JUMPSTART
from rules.engine.errors import READ_ERRORS
from tests.faults.planted import SESSION_TOKEN
from tests.faults.storing import OPERATION as STORING
from tests.faults.storing import store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

    from botocore.config import Config

    from cli.sandbox import Account
    from tests.faults.wire import Answer, Wire

TOKENS = ("nextToken", "NextToken", "Marker", "ContinuationToken", "NextMarker", "marker", "position")

PAGE = 3
"""Items per page, so that the company's listings have further pages."""
PAGES = 4
"""Pages of a listing that has more items than that many small pages hold."""

STRANGER = Fault("deny", "s3:HeadBucket", JUMPSTART)
"""What S3 answers about a bucket of another account, such as that of SageMaker JumpStart which the company uses."""

RULES = str(Path(rules.__file__).parent)
PASSED_THROUGH = (f"{RULES}/engine/", f"{RULES}/facts/listings.py")
"""Code on the way of every call, which says nothing of who makes it."""

Place = tuple[tuple[str, str], ...]
"""The functions of rules and facts that are on their way when a call is made: file and name, innermost first."""


@dataclass(frozen=True)
class CallKey:
    """One call of a run, whatever the order in which threads make the calls: what it asks, and the how-manieth time."""

    service: str
    region: str
    operation: str
    parameters: str
    time: int = 0

    @cached_property
    def name(self) -> str:
        """`service:Operation`, with botocore's names."""
        return f"{self.service}:{self.operation}"

    @cached_property
    def identifiers(self) -> tuple[str, ...]:
        """The texts that the call asks for, and the last part of each ARN and path among them."""
        return tuple(dict.fromkeys(name for names in self.asked for name in names))

    @cached_property
    def asked(self) -> tuple[tuple[str, ...], ...]:
        """Each text that the call asks for, with the last part of it where it is an ARN or a path."""
        found = json.loads(self.parameters)
        texts = [value for name, value in found.items() if isinstance(value, str) and name not in TOKENS]
        return tuple(tuple(dict.fromkeys(one for one in (text, text.rpartition("/")[2]) if one)) for text in texts)

    @cached_property
    def listing(self) -> tuple[str, str, str]:
        """What the call lists, whichever page it asks for."""
        asked = {name: value for name, value in json.loads(self.parameters).items() if name not in TOKENS}
        return self.name, self.region, json.dumps(asked, sort_keys=True)

    @cached_property
    def page_token(self) -> str:
        """The token of the further page that the call asks for, empty for none; its padding is left out."""
        parameters = json.loads(self.parameters)
        return next((str(parameters[name]).rstrip("=") for name in TOKENS if name in parameters), "")


@dataclass(frozen=True)
class Answered:
    """What a client made of an answer: a result or an error; the answer on the wire; the IAM actions that were used."""

    result: Any = None
    error: Exception | None = None
    wire: Answer = None
    actions: frozenset[str] = frozenset()

    def given(self) -> Any:
        """Return the result, or raise the error."""
        if self.error is not None:
            raise self.error.with_traceback(None)
        return self.result


@dataclass
class Strike:
    """
    One fault that waits for one call of a run.

    `lasting`, its answer is repeated to every call from then on; `also`, it meets these calls too. `struck` says
    whether the call came, `refusal` has the answer that is repeated, `known` what clients made of the fault.
    With `credentials` there is no fault: these calls, and those that nobody made before, are made with them instead.
    """

    key: CallKey | None = None
    fault: Fault | None = None
    lasting: bool = False
    also: frozenset[CallKey] = frozenset()
    struck: bool = False
    refusal: Any = None
    known: dict[CallKey, Answered] = field(default_factory=dict)
    credentials: Mapping[str, str] | None = None

    def again(self) -> Strike:
        """Return the same strike for another run."""
        return Strike(self.key, self.fault, self.lasting, self.also)

    def meets(self, key: CallKey) -> bool:
        """Say whether the fault meets that call."""
        return key in self.also or (self.fault is not None and key == self.key)


@dataclass
class Recording:
    """What a faultless run asked, in the order of arrival, the places in the code that asked, and what it took."""

    order: list[CallKey] = field(default_factory=list)
    places: dict[CallKey, Place] = field(default_factory=dict)
    actions: dict[CallKey, frozenset[str]] = field(default_factory=dict)

    def alike(self, key: CallKey) -> frozenset[CallKey]:
        """Return every call of the same operation in the same Region by the same place in the code."""

        def kind(one: CallKey) -> object:
            return one.name, one.region, self.places[one]

        return frozenset(one for one in self.order if kind(one) == kind(key))


class ReplaySession:
    """What rules take for their boto3 session, in one Region. Safe to use from several threads."""

    def __init__(self, account: Account, region: str, wire: Wire, refill: Callable[[], None]) -> None:
        self.region_name = region
        self.refill = refill
        self.recording = Recording()
        self.strike = Strike()
        self.answers: dict[CallKey, Answered] = {}
        self._overlay: Mapping[CallKey, Answered] = {}
        self._recording = False
        self._account = account
        self._wire = wire
        self._session = account.session(region)
        self._asking: dict[CallKey, Callable[[], Any]] = {}
        self._met: dict[tuple[CallKey, Fault], Answered] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._others: dict[tuple[str, str, str], Any] = {}
        self._sizes: dict[tuple[str, str, str], int] = {}
        self._keys: dict[tuple[str, str, str, str, int], CallKey] = {}
        self._made: Counter[tuple[str, str, str, str]] = Counter()
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

    def begin(self, strike: Strike, overlay: Mapping[CallKey, Answered] | None = None) -> None:
        """Begin a run in which that call meets that fault; `overlay` has answers in the place of those remembered."""
        self.strike = strike
        self._overlay = overlay or {}
        self._recording = False
        self._made.clear()

    def begin_recording(self) -> None:
        """Begin a run whose calls later ones repeat."""
        self.begin(Strike())
        self.recording = Recording()
        self._recording = True

    def met(self, key: CallKey, fault: Fault) -> Answered:
        """
        Return what a client makes of a recorded call that meets a fault, whichever rule makes the call.

        PutEvaluations depends on what is to be stored, and has to be struck in a run.
        """
        if (key, fault) not in self._met:
            self._met[key, fault] = self._meeting(key, fault, self._asking[key])
        return self._met[key, fault]

    def _answering(
        self, service: str, region: str, send: Callable[[str, dict[str, Any]], Any]
    ) -> Callable[[str, dict[str, Any]], Any]:
        def answer(operation: str, parameters: dict[str, Any]) -> Any:
            # What is stored carries the time of the run; there is one store call after the other.
            asked = "{}" if operation == STORING else json.dumps(parameters, sort_keys=True, default=str)
            with self._turn:
                if self._striking:
                    # botocore asks for a bucket's Region when S3 refuses a HEAD: a part of the struck call.
                    return send(operation, parameters)
                key = self._key(service, region, operation, asked)
                strike = self.strike
                if strike.refusal is not None:
                    raise ClientError(strike.refusal, operation)
                if strike.meets(key) or (strike.credentials and operation != STORING and key not in self.answers):
                    return self._struck(strike, key, send, parameters).given()
                if self._recording:
                    self.recording.order.append(key)
                    self.recording.places[key] = _place(inspect.currentframe())
                    self._asking[key] = partial(send, operation, parameters)
                elif operation == STORING:
                    return store(self._account, region, parameters)
                known = self._overlay.get(key) or self.answers.get(key) or self._asked(key, send, parameters)
                if self._recording:
                    self.recording.actions[key] = known.actions
                return known.given()

        return answer

    def _key(self, service: str, region: str, operation: str, asked: str) -> CallKey:
        first = (service, region, operation, asked)
        time = self._made[first]
        self._made[first] = time + 1
        known = self._keys.get((*first, time))
        if known is None:
            known = self._keys[*first, time] = CallKey(*first, time)
        return known

    def _asked(self, key: CallKey, send: Callable[[str, dict[str, Any]], Any], parameters: dict[str, Any]) -> Answered:
        """Return what the account answers, and remember it unless it is about storing."""
        answered = self._sent(key, send, parameters)
        if isinstance(answered.result, dict) and not key.page_token and _token(answered.result):
            answered = self._paged(key, send, parameters) or answered
        if key.operation != STORING:
            self.answers[key] = answered
        return answered

    def _paged(
        self, key: CallKey, send: Callable[[str, dict[str, Any]], Any], parameters: dict[str, Any]
    ) -> Answered | None:
        """Return the first page of a long listing again, large enough that there are few; None for a short one."""
        self._account.faults.replace([STRANGER])
        whole = send(key.operation, parameters)
        items = sum(len(value) for value in whole.values() if isinstance(value, list))
        if items <= PAGES * PAGE:
            return None
        self._sizes[key.listing] = math.ceil(items / PAGES)
        return self._sent(key, send, parameters)

    def _sent(self, key: CallKey, send: Callable[[str, dict[str, Any]], Any], parameters: dict[str, Any]) -> Answered:
        self._account.faults.replace([STRANGER, self._page_size(key)])
        self._account.calls.clear()
        self._wire.heard()
        try:
            result, error = send(key.operation, parameters), None
        except ClientError as refused:
            result, error = None, refused
        wire = self._wire.heard() if key.operation != STORING else None
        return Answered(result, error, wire, frozenset(one.action for one in self._account.calls if not one.denied))

    def _other(self, key: CallKey, credentials: Mapping[str, str]) -> Callable[[str, dict[str, Any]], Any]:
        """Return what makes calls of the same service in the same Region with other credentials."""
        place = (key.service, key.region, credentials["aws_access_key_id"])
        if place not in self._others:
            self._others[place] = self._session.client(key.service, region_name=key.region, **credentials)
        send: Callable[[str, dict[str, Any]], Any] = self._others[place]._make_api_call  # noqa: SLF001 - the same
        return send

    def _page_size(self, key: CallKey) -> Fault:
        return Fault("page-size", size=self._sizes.get(key.listing, PAGE))

    def _struck(
        self, strike: Strike, key: CallKey, send: Callable[[str, dict[str, Any]], Any], parameters: dict[str, Any]
    ) -> Answered:
        strike.struck = True
        if strike.credentials is not None:
            answered = self._sent(key, self._other(key, strike.credentials), parameters)
        elif strike.fault is None:
            answered = self.answers[key]
        elif key.operation == STORING or key not in self._asking:
            answered = self._meeting(key, strike.fault, partial(send, key.operation, parameters))
        else:
            answered = self.met(key, strike.fault)
        strike.known[key] = answered
        if strike.lasting and isinstance(answered.error, ClientError):
            strike.refusal = answered.error.response
        return answered

    def _meeting(self, key: CallKey, fault: Fault, ask: Callable[[], Any]) -> Answered:
        recorded = self.answers[key].wire if key in self.answers else None
        self.refill()
        self._striking = True
        self._account.faults.replace([fault, self._page_size(key)])
        try:
            with self._wire.struck(fault.times, recorded):
                return Answered(ask())
        except READ_ERRORS as error:
            return Answered(error=error)
        finally:
            self._striking = False
            self._account.faults.clear()


def _place(frame: FrameType | None) -> Place:
    found: list[tuple[str, str]] = []
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(RULES) and not code.co_filename.startswith(PASSED_THROUGH):
            found.append((code.co_filename, code.co_qualname))
        frame = frame.f_back
    return tuple(found)


def _token(answer: Mapping[str, Any]) -> str:
    """Return the token of the next page that an answer carries, empty for none."""
    return next((str(answer[name]) for name in (*TOKENS, "NextContinuationToken") if answer.get(name)), "")
