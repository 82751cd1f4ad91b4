"""
The same account with a twin of everything that it lists.

A company has one trail, one bad image and one agent without a guardrail. Orders can only differ where there is more
than one, so every listed thing gets a twin that differs by its name alone; whoever asks for the twin is told about the
original under that name.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.properties.orders import walked
from tests.properties.recorded import is_named, is_naming, question_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.sandbox.pages import Paging
    from tests.properties.recorded import Answer, Question, Recording

MARK, ID_MARK = "-twin", "TWIN"
BEDROCK_ID = re.compile(r"[A-Z0-9]{10}")


class Twins:
    """The answers of a recording, with twins."""

    def __init__(self, recording: Recording) -> None:
        self.session: Any = recording.session
        self.account_id = recording.account_id
        self.now = recording.now
        self._recording = recording
        self._originals: dict[str, str] = {}
        self._answers: dict[Question, Answer] = {}

    def client(self, service: str, region: str, config: Any) -> Any:
        """Return the recording's client."""
        return self._recording.client(service, region, config)

    def answer(self, question: Question, parameters: Mapping[str, Any], paging: Paging | None, client: Any) -> Answer:
        """Return the answer about the original, under the name of the twin, and with twins of what it lists."""
        if question not in self._answers:
            self._answers[question] = self._twinned(question, parameters, paging, client)
        return self._answers[question]

    def _twinned(self, question: Question, parameters: Mapping[str, Any], paging: Paging | None, client: Any) -> Answer:
        plain = self._original(parameters)
        original = question_of(question.service, question.region, question.operation, plain)
        answer = self._recording.answer(original, plain, paging, client)
        twins = {self._original(text): text for text in texts(parameters) if self._original(text) != text}
        content = _renamed(answer.content, twins) if twins else answer.content

        def add(path: tuple[str, ...], _: Any, items: list[Any]) -> list[Any]:
            # Pairs of a map and numbers have no twins.
            if len(path) != 1 or any(not isinstance(item, str | dict) or is_named(item, parameters) for item in items):
                return items
            twins = [_twin(item) for item in items]
            self._originals.update(zip(texts(twins), texts(items), strict=True))
            return [*items, *twins]

        return replace(answer, content=walked(answer.shape, content, add))

    def _original(self, value: Any) -> Any:
        """Return parameters with the names of the originals in the place of their twins'."""
        if isinstance(value, str):
            start, slash, last = value.rpartition("/")
            return self._originals.get(value) or f"{start}{slash}{self._originals.get(last, last)}".removesuffix(MARK)
        if isinstance(value, dict):
            return {name: self._original(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            found = [self._original(each) for each in value]
            return [each for place, each in enumerate(found) if each not in found[:place]]
        return value


def _twin(item: Any) -> Any:
    if isinstance(item, str):
        return _twin_of(item)
    return {
        name: _twin_of(value) if is_naming(name) and isinstance(value, str) else value for name, value in item.items()
    }


def _twin_of(name: str) -> str:
    """Return the twin's name; ids of Amazon Bedrock keep their form."""
    return name[:-4] + ID_MARK if BEDROCK_ID.fullmatch(name) else name + MARK


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return an answer about some originals with the names of their twins."""
    if isinstance(value, str):
        start, slash, last = value.rpartition("/")
        return names.get(value) or (f"{start}/{names[last]}" if slash and last in names else value)
    if isinstance(value, dict):
        return {name: _renamed(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return value
