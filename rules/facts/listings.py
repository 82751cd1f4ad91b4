"""Listings: everything of a kind in the account and Region, whatever the number of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.clients import Service


def every(aws: Aws, service: Service, operation: str, member: str, **parameters: object) -> list[Mapping[str, Any]]:
    """
    Return all items of the list `member` of a paginated operation, such as "list_guardrails".

    A Region without the service or the operation has none. Raises what AWS answers otherwise.
    """
    return listed(aws, service, operation, member, **parameters) or []


def within(aws: Aws, service: Service, operation: str, member: str, **parent: object) -> list[Mapping[str, Any]]:
    """
    Return all items of a list that belongs to something that was found, such as the aliases of an agent.

    Where that is, the operation is too: nothing counts as absent. Raises whatever AWS answers instead.
    """
    pages = aws.client(service).get_paginator(operation).paginate(**parent)
    return [item for page in pages for item in page.get(member, ())]


def listed(
    aws: Aws, service: Service, operation: str, member: str, **parameters: object
) -> list[Mapping[str, Any]] | None:
    """
    Return what `every` does, but None for a Region without the service or the operation.

    A Region that answered one page has the operation: what goes wrong on a later page is no absence.
    """
    items: list[Mapping[str, Any]] | None = None
    try:
        for page in aws.client(service).get_paginator(operation).paginate(**parameters):
            items = [*(items or ()), *page.get(member, ())]
    except (ClientError, EndpointConnectionError) as error:
        if items is None and aws.lacks(service, error):
            return None
        raise
    return items or []
