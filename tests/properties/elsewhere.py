"""The same company in another account: wherever an answer has the one account's id, there is the other's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.properties.recorded import question_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.config import Config

    from cli.sandbox.pages import Paging
    from tests.properties.recorded import Answer, Answers, Question

OTHER_ACCOUNT = "444455556666"


class Elsewhere:
    """Answers as another account gives them."""

    def __init__(self, answers: Answers, account_id: str = OTHER_ACCOUNT) -> None:
        self.session: Any = answers.session
        self.account_id = account_id
        self.now = answers.now
        self._answers = answers
        self._renamed: dict[Question, Answer] = {}

    def client(self, service: str, region: str, config: Config) -> Any:
        """Return a client of the answers."""
        return self._answers.client(service, region, config)

    def answer(self, question: Question, parameters: Mapping[str, Any], paging: Paging | None, client: Any) -> Answer:
        """Return the answer with the other account's id."""
        if question not in self._renamed:
            self._renamed[question] = self._answer(question, parameters, paging, client)
        return self._renamed[question]

    def _answer(self, question: Question, parameters: Mapping[str, Any], paging: Paging | None, client: Any) -> Answer:
        known = _replaced(parameters, self.account_id, self._answers.account_id)
        asked = question_of(question.service, question.region, question.operation, known)
        answer = self._answers.answer(asked, known, paging, client)
        return replace(answer, content=_replaced(answer.content, self._answers.account_id, self.account_id))


def _replaced(value: Any, before: str, after: str) -> Any:
    if isinstance(value, str):
        return value.replace(before, after)
    if isinstance(value, dict):
        return {_replaced(name, before, after): _replaced(each, before, after) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, before, after) for each in value]
    return value
