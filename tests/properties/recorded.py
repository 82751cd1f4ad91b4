"""
The company's answers, asked once and repeated ever after: whole listings, from which any pages can be cut.

What is recorded is what AWS has, not what it sent: a listing is kept whole, under the question without page tokens and
limits, so that one recording serves every size of page and every order.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.utils import get_service_model

from cli.sandbox.pages import paging_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import boto3
    from botocore.config import Config

    from cli.sandbox.pages import Paging


NAMING = ("name", "id", "arn", "key", "identifier")
"""How the names of members end that tell the items of a list from each other."""


class NeverAskedError(AssertionError):
    """A run asked something that nobody asked while the account was there."""


@dataclass(frozen=True, order=True)
class Question:
    """What a call asks, whatever the page, and whatever the order of the names that it gives."""

    service: str
    region: str
    operation: str
    parameters: str


@dataclass(frozen=True)
class Answer:
    """
    What the account has to say to a question: `content`, with all items of a listing, or the `error` that it is.

    `paging` says which members page it, None where nothing does; `shape` is botocore's of the content.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    paging: Paging | None = None
    shape: Any = None


class Service(Protocol):
    """How answers are sent: in which pages, in which order, and when."""

    def sent(self, question: Question, asked: Mapping[str, Any], answer: Answer) -> Mapping[str, Any]:
        """Return what the call that asked with these parameters is answered; `answer` is not an error."""


class AtOnce:
    """Every listing in one page, in the order of the account."""

    def sent(self, question: Question, asked: Mapping[str, Any], answer: Answer) -> Mapping[str, Any]:
        """Return the whole answer."""
        del question, asked
        return answer.content


class Answers(Protocol):
    """The answers of one account at one time, and the session that they were asked with."""

    session: Any
    account_id: str
    now: datetime

    def client(self, service: str, region: str, config: Config) -> Any:
        """Return a real client that only says what it is about; others are made after it."""

    def answer(self, question: Question, parameters: Mapping[str, Any], paging: Paging | None, client: Any) -> Answer:
        """Return the whole answer to a question."""


class Recording:
    """The answers of an account as it is. Safe to use from several threads."""

    def __init__(self, session: boto3.session.Session, account_id: str, now: datetime) -> None:
        self.session: Any = session
        self.account_id = account_id
        self.now = now
        self.answers: dict[Question, Answer] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._open = True
        self._turn = RLock()

    def close(self) -> None:
        """Answer no question from now on that was not asked before: the account will be gone."""
        self._open = False

    def client(self, service: str, region: str, config: Config) -> Any:
        """Return a real client that only says what it is about; others are made after it."""
        key = (service, region)
        with self._turn:
            if key not in self._clients:
                self._clients[key] = self.session.client(service, region_name=region, config=config)
            return self._clients[key]

    def answer(self, question: Question, parameters: Mapping[str, Any], paging: Paging | None, client: Any) -> Answer:
        """Return the whole answer to a question; raises NeverAskedError when it comes too late."""
        with self._turn:
            if question not in self.answers:
                if not self._open:
                    raise NeverAskedError(f"Nobody asked {question} before.")
                self.answers[question] = _asked(client, question.operation, dict(parameters), paging)
            return self.answers[question]


class RecordedSession:
    """What a rule takes for its boto3 session. Safe to use from several threads."""

    def __init__(self, answers: Answers, region: str, service: Service | None = None) -> None:
        self.region_name = region
        self._answers = answers
        self._service = service or AtOnce()

    def get_partition_for_region(self, region: str) -> str:
        """Return what boto3 returns."""
        return str(self._answers.session.get_partition_for_region(region))

    def get_available_regions(self, service: str, partition_name: str) -> list[str]:
        """Return what boto3 returns."""
        return list(self._answers.session.get_available_regions(service, partition_name=partition_name))

    def client(self, service: str, region_name: str, config: Config) -> Any:
        """Return a client whose calls are answered from the recording."""
        original = self._answers.client(service, region_name, config)
        return answered_by(original, self._answering(service, region_name, original))

    def _answering(self, service: str, region: str, client: Any) -> Callable[[str, dict[str, Any]], Mapping[str, Any]]:
        def answer(operation: str, parameters: dict[str, Any]) -> Mapping[str, Any]:
            paging = paging_of(service, get_service_model(service).operation_model(operation))
            plain = _without_page(parameters, paging)
            question = question_of(service, region, operation, plain)
            found = self._answers.answer(question, plain, paging, client)
            if found.error is not None:
                raise _again(found.error)
            return self._service.sent(question, parameters, found)

        return answer


def answered_by(client: Any, answer: Callable[[str, dict[str, Any]], Any]) -> Any:
    """Return a client that says the same of itself, and whose calls `answer` answers."""
    twin = object.__new__(type(client))
    vars(twin).update(vars(client))
    # The one place through which methods and paginators go.
    vars(twin)["_make_api_call"] = answer
    return twin


def question_of(service: str, region: str, operation: str, parameters: Mapping[str, Any]) -> Question:
    """Return the question that a call asks; `parameters` are those without a page."""
    return Question(service, region, operation, json.dumps(_sorted(parameters), sort_keys=True, default=_timeless))


def is_named(item: Any, asked: Mapping[str, Any]) -> bool:
    """
    Say whether a call names the item: it looks up one thing, and does not list.

    AWS takes no tokens beside names, such as in DescribeRepositories
    (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html).
    """
    wanted = set(texts(asked))
    if isinstance(item, dict):
        return any(is_naming(name) and isinstance(value, str) and value in wanted for name, value in item.items())
    return isinstance(item, str) and item in wanted


def is_naming(member: str) -> bool:
    """Say whether a member of that name tells its item from others."""
    return member.lower().endswith(NAMING)


def texts(value: object) -> Iterator[str]:
    """Yield every text in parameters or an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)


def _asked(client: Any, operation: str, parameters: dict[str, Any], paging: Paging | None) -> Answer:
    """Ask the account itself, page after page."""
    shape = client.meta.service_model.operation_model(operation).output_shape
    send = client._make_api_call  # noqa: SLF001 - the one place through which methods and paginators go
    try:
        whole = dict(send(operation, parameters))
        token = paging and whole.pop(paging.output_token, None)
        while paging and token:
            page = send(operation, {**parameters, paging.input_token: token})
            for name in paging.results:
                whole[name] = [*whole.get(name, ()), *page.get(name, ())]
            token = page.get(paging.output_token)
    except (ClientError, BotoCoreError) as error:
        return Answer(error=error)
    return Answer(whole, None, paging, shape)


def _without_page(parameters: Mapping[str, Any], paging: Paging | None) -> dict[str, Any]:
    of_page = () if paging is None else (paging.input_token, paging.limit)
    return {name: value for name, value in parameters.items() if name not in of_page}


def _sorted(value: object) -> object:
    """Return parameters with their lists of names sorted: in which order things are asked for has no meaning."""
    if isinstance(value, dict):
        return {name: _sorted(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        items = [_sorted(each) for each in value]
        with suppress(TypeError):
            items = sorted(items)  # type: ignore[type-var]  # what cannot be sorted stays as it is
        return items
    return value


def _timeless(value: object) -> str:
    """Return what a parameter says; since when things are asked for is not, as later runs ask for the same."""
    return "some time ago" if isinstance(value, datetime) else str(value)


def _again(error: Exception) -> Exception:
    """Return the error as if it came for the first time: one object raised twice collects both of its traces."""
    if isinstance(error, ClientError):
        again: Exception = type(error)(error.response, error.operation_name)
        return again
    return error.with_traceback(None)
