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
    try:
        pages = aws.client(service).get_paginator(operation).paginate(**parameters)
        return [item for page in pages for item in page.get(member, ())]
    except (ClientError, EndpointConnectionError) as error:
        if aws.lacks(service, error):
            return []
        raise
