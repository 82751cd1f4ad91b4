"""Listings: everything of a kind in the account and Region, whatever the number of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from rules.engine.errors import UnexpectedAnswerError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.clients import Service


LIMITS = ("MaxResults", "maxResults", "Limit", "limit")
"""What operations call the most that a page may have; Amazon SageMaker AI sends ten items where nobody asks."""


def every(
    aws: Aws, service: Service, operation: str, member: str, *, newest: int | None = None, **parameters: Hashable
) -> list[Mapping[str, Any]]:
    """
    Return all items of the list `member` of a paginated operation, such as "list_guardrails".

    They are listed once in a run, in pages as large as the operation allows. `newest` is how many of the first are
    wanted. A Region without the service or the operation has none. Raises what AWS answers otherwise.
    """
    return list(listed(aws, service, operation, member, newest=newest, **parameters) or ())


def next_page(asked: Mapping[str, str], name: str, token: str) -> dict[str, str]:
    """
    Return the parameter that asks for the page after the one that `asked` asked for.

    Raises UnexpectedAnswerError for the token of that page itself: such a listing would never end. botocore's
    paginators look at this themselves.
    """
    if asked.get(name) == token:
        raise UnexpectedAnswerError(f"a page names itself as the next one by {name}")
    return {name: token}


def within(aws: Aws, service: Service, operation: str, member: str, **parent: Hashable) -> list[Mapping[str, Any]]:
    """
    Return all items of a list that belongs to something that was found, such as the aliases of an agent.

    Where that is, the operation is too: nothing counts as absent. Raises whatever AWS answers instead.
    """

    def read() -> list[Mapping[str, Any]]:
        return [item for page in _pages(aws, service, operation, parent) for item in page.get(member, ())]

    return list(aws.recall(("within", service, operation, member, *sorted(parent.items())), read))


def listed(
    aws: Aws, service: Service, operation: str, member: str, *, newest: int | None = None, **parameters: Hashable
) -> list[Mapping[str, Any]] | None:
    """
    Return what `every` does, but None for a Region without the service or the operation; nobody may change it.

    A Region that answered one page has the operation: what goes wrong on a later page is no absence.
    """

    def read() -> list[Mapping[str, Any]] | None:
        items: list[Mapping[str, Any]] | None = None
        try:
            for page in _pages(aws, service, operation, parameters, newest):
                items = items or []
                items.extend(page.get(member, ()))
        except (ClientError, EndpointConnectionError) as error:
            if items is None and aws.lacks(service, error):
                return None
            raise
        return items or []

    return aws.recall(("listed", service, operation, member, newest, *sorted(parameters.items())), read)


def _pages(
    aws: Aws, service: Service, operation: str, parameters: Mapping[str, Any], most: int | None = None
) -> Iterator[Mapping[str, Any]]:
    client = aws.client(service)
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    members = model.input_shape.members if model.input_shape else {}
    largest = {name: members[name].metadata["max"] for name in LIMITS if "max" in _metadata(members.get(name))}
    pages: Iterable[Mapping[str, Any]] = client.get_paginator(operation).paginate(
        **largest, **parameters, PaginationConfig={"MaxItems": most}
    )
    for page in pages:
        aws.heard(service)
        yield page


def _metadata(shape: Any) -> Mapping[str, Any]:
    return shape.metadata if shape else {}
