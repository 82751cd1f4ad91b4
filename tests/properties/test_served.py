"""Whether the other forms of an answer are other forms, and the same answer."""

from typing import Any

import pytest

from rules.facts.listings import every
from tests.properties.companies import Company, opened
from tests.properties.orders import Shuffled
from tests.properties.pages import Paged
from tests.properties.recorded import Answers, RecordedSession, Service
from tests.properties.stage import HOME
from tests.properties.twins import MARK


def guardrails(answers: Answers, service: Service | None = None) -> list[str]:
    aws = opened(answers, HOME, service)
    return [str(one["name"]) for one in every(aws, "bedrock", "list_guardrails", "guardrails")]


def calls(company: Company, service: Service) -> list[Any]:
    client = RecordedSession(company.twins, HOME, service).client("bedrock", HOME, None)
    return [page["guardrails"] for page in client.get_paginator("list_guardrails").paginate()]


def test_everything_that_is_listed_has_a_twin(company: Company) -> None:
    names = guardrails(company.recording)

    assert sorted(guardrails(company.twins)) == sorted([*names, *(f"{name}{MARK}" for name in names)])


@pytest.mark.parametrize("size", [1, 2])
def test_pages_have_the_size_that_is_wanted(company: Company, size: int) -> None:
    items = len(guardrails(company.twins))

    assert [len(page) for page in calls(company, Paged(size))] == [size] * (items // size)


def test_pages_without_items_are_among_the_others_and_at_the_end(company: Company) -> None:
    pages = calls(company, Paged(2, 0))

    assert pages[-1] == []
    assert [] in pages[:-1]
    assert [one["name"] for page in pages for one in page] == guardrails(company.twins)


def test_a_shuffled_listing_has_the_same_items_in_another_order(company: Company) -> None:
    listed = guardrails(company.twins)
    orders = [guardrails(company.twins, Shuffled(seed)) for seed in range(4)]

    assert [sorted(order) for order in orders] == [sorted(listed)] * len(orders)
    assert any(order != listed for order in orders)


def test_a_listing_that_the_call_wants_sorted_stays_sorted(company: Company) -> None:
    client = RecordedSession(company.twins, HOME, Shuffled(1)).client("sagemaker", HOME, None)
    since = company.recording.now
    wanted = {"SortBy": "CreationTime", "SortOrder": "Descending", "CreationTimeAfter": since}

    times = [one["CreationTime"] for one in client.list_training_jobs(**wanted)["TrainingJobSummaries"]]

    assert len(times) > 1
    assert times == sorted(times, reverse=True)


def test_grafts_make_lists_longer(company: Company) -> None:
    def subnets(service: Service) -> int:
        aws = opened(company.twins, HOME, service)
        functions = every(aws, "lambda", "list_functions", "Functions")
        return sum(len(one.get("VpcConfig", {}).get("SubnetIds", ())) for one in functions)

    assert subnets(Shuffled(0, company.scions[0])) > subnets(Shuffled(0))
