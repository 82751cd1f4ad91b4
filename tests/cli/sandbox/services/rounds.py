"""A round trip of one kind of resource: created twice, listed page by page, read, deleted, and gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Round:
    """The operations of one kind of resource.

    `create`, `read` and `delete` are client methods with the parameter that takes the identifier; `identifier` is
    the member of the created resource that has it; `params` are the parameters of creation, in which `{n}` stands
    for a number; `expected` is what reading shows of them.
    """

    service: str
    create: str
    params: Params
    identifier: str
    listing: str
    items: str
    read: tuple[str, str] | None = None
    delete: tuple[str, str] | None = None
    wrapper: str = ""
    within: Params = field(default_factory=dict)
    expected: Params = field(default_factory=dict)
    missing: str = "ResourceNotFoundException"

    def of(self, number: int = 1) -> dict[str, Any]:
        """Return the parameters of creation for one resource."""
        return {**self.within, **{name: numbered(value, number) for name, value in self.params.items()}}

    def __str__(self) -> str:
        return f"{self.service}.{self.create}"


def numbered(value: Any, number: int) -> Any:
    """Return `value` with `{n}` replaced in all of its texts."""
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, Mapping):
        return {name: numbered(each, number) for name, each in value.items()}
    if isinstance(value, list):
        return [numbered(each, number) for each in value]
    return value


def go(account: Account, round_trip: Round) -> None:
    """Go the round trip, listing with one item a page."""
    client = account.session().client(round_trip.service)
    created = [getattr(client, round_trip.create)(**round_trip.of(number)) for number in (1, 2)]
    identifiers = [
        (each[round_trip.wrapper] if round_trip.wrapper else each)[round_trip.identifier] for each in created
    ]
    pages = pages_of_one(account, client, round_trip)

    assert [len(page[round_trip.items]) for page in pages][:2] == [1, 1]
    if round_trip.read:
        operation, parameter = round_trip.read
        answer = getattr(client, operation)(**round_trip.within, **{parameter: identifiers[0]})
        shown = answer[round_trip.wrapper] if round_trip.wrapper else answer
        assert {name: shown.get(name) for name in round_trip.expected} == numbered(round_trip.expected, 1)
    if round_trip.delete:
        operation, parameter = round_trip.delete
        getattr(client, operation)(**round_trip.within, **{parameter: identifiers[0]})
        with pytest.raises(ClientError) as error:
            getattr(client, operation)(**round_trip.within, **{parameter: identifiers[0]})
        assert error.value.response["Error"]["Code"] == round_trip.missing
        assert len(pages_of_one(account, client, round_trip)) == len(pages) - 1


def pages_of_one(account: Account, client: Any, round_trip: Round) -> list[Any]:
    """Return the pages of the listing with one item each."""
    account.faults.page_size(1)
    pages: list[Any] = []
    more: dict[str, str] = {}
    token = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[round_trip.listing]
    ).output_shape.members
    name = next(each for each in ("nextToken", "NextToken", "Marker") if each in token)
    while True:
        page = getattr(client, round_trip.listing)(**round_trip.within, **more)
        pages.append(page)
        if not page.get(name):
            break
        more = {name: page[name]}
    account.faults.clear()
    return pages
