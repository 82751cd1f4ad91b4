"""Listings in pages: which members carry tokens and limits, and the pages themselves.

A listing is read once, whole, when its first page is asked for; later pages come from that reading. Tokens can be
used again, so that a page that was lost on the way can be asked for a second time, as with AWS.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, Final

from botocore.exceptions import UnknownServiceError
from moto.core.model import ListShape, OperationModel, StructureShape
from moto.core.utils import get_pagination_model

from cli.sandbox.calls import Call
from cli.sandbox.errors import bad_token

_READINGS_KEPT: Final = 256
_LARGEST: Final = 10_000
_MARK: Final = "page"
_TOKEN_MEMBERS: Final = ("nextToken", "NextToken", "Marker", "marker", "NextMarker", "ContinuationToken")
_LIMIT_MEMBERS: Final = ("maxResults", "MaxResults", "Limit", "limit", "MaxItems", "PageSize", "pageSize")


@dataclass(frozen=True)
class Paging:
    """The members of an operation that page its listing."""

    input_token: str
    output_token: str
    limit: str | None
    truncated: str | None
    results: tuple[str, ...]


@dataclass(frozen=True)
class _Reading:
    key: str
    result: Mapping[str, Any]


def paging_of(service: str, operation: OperationModel) -> Paging | None:
    """Return how the operation pages, None if it does not (or in a way that only S3 and Route 53 have)."""
    return _paging(service, str(operation.name)) or _inferred(operation)


@cache
def _paging(service: str, name: str) -> Paging | None:
    try:
        described = get_pagination_model(service).get(name)
    except UnknownServiceError:
        return None
    if described is None:
        return None
    results = described["result_key"]
    results = tuple(results) if isinstance(results, list) else (results,)
    tokens = (described["input_token"], described["output_token"])
    plain = all(isinstance(each, str) and each.isidentifier() for each in (*tokens, *results))
    if not plain:
        return None
    return Paging(*tokens, described.get("limit_key"), described.get("more_results"), results)


def _inferred(operation: OperationModel) -> Paging | None:
    """Return the paging of an operation that botocore has no paginator for, by the names of its members."""
    takes, gives = operation.input_shape, operation.output_shape
    if not isinstance(takes, StructureShape) or not isinstance(gives, StructureShape):
        return None
    token_in = next((name for name in _TOKEN_MEMBERS if name in takes.members), None)
    token_out = next((name for name in _TOKEN_MEMBERS if name in gives.members), None)
    lists = [name for name, shape in gives.members.items() if isinstance(shape, ListShape)]
    if token_in is None or token_out is None or len(lists) != 1:
        return None
    limit = next((name for name in _LIMIT_MEMBERS if name in takes.members), None)
    truncated = "IsTruncated" if "IsTruncated" in gives.members else None
    return Paging(token_in, token_out, limit, truncated, tuple(lists))


class Pages:
    """Readings of listings, cut into pages."""

    def __init__(self) -> None:
        self._readings: OrderedDict[str, _Reading] = OrderedDict()
        self._ids = count(1)

    def clear(self) -> None:
        """Forget all readings, so that every token is refused."""
        self._readings.clear()

    @staticmethod
    def is_token(token: object) -> bool:
        """Say whether `token` has the form of those handed out here (moto's own have not)."""
        return _parsed(token) is not None

    def first(self, call: Call, paging: Paging, result: Mapping[str, Any], size: int) -> dict[str, Any]:
        """Return the first page of `result`, which has all items."""
        reading_id = str(next(self._ids))
        reading = _Reading(_key(call, paging), result)
        page, more = _page(reading, paging, 0, size, reading_id)
        if more:
            self._readings[reading_id] = reading
            while len(self._readings) > _READINGS_KEPT:
                self._readings.popitem(last=False)
        return page

    def resumed(self, call: Call, paging: Paging, token: object, size: int) -> dict[str, Any]:
        """Return the page that `token` stands for.

        Raises:
            AwsError: The token was not issued for this listing.

        """
        parsed = _parsed(token)
        reading = self._readings.get(parsed[0]) if parsed else None
        if parsed is None or reading is None or reading.key != _key(call, paging):
            raise bad_token(call.service)
        reading_id, offset = parsed
        return _page(reading, paging, offset, size, reading_id)[0]


def size_of(call: Call, paging: Paging, usual: int, most: int | None) -> int:
    """Return how many items a page has: what the caller asks for or `usual`, at the most `most` and the model's."""
    asked = call.params.get(paging.limit) if paging.limit else None
    members = getattr(call.operation.output_shape, "members", {})
    modelled = [int(members[name].metadata.get("max", _LARGEST)) for name in paging.results if name in members]
    return min(int(asked) if asked else usual, most or _LARGEST, *modelled)


def _page(reading: _Reading, paging: Paging, offset: int, size: int, reading_id: str) -> tuple[dict[str, Any], bool]:
    items = [(key, item) for key in paging.results for item in reading.result.get(key) or ()]
    chosen = items[offset : offset + size]
    page = {name: value for name, value in reading.result.items() if name not in paging.results}
    for key in paging.results:
        if key in reading.result:
            page[key] = [item for item_key, item in chosen if item_key == key]
    more = offset + size < len(items)
    if more:
        token = json.dumps([_MARK, reading_id, offset + size]).encode()
        page[paging.output_token] = urlsafe_b64encode(token).decode()
    if paging.truncated:
        page[paging.truncated] = more
    return page, more


def _key(call: Call, paging: Paging) -> str:
    params = {name: value for name, value in call.params.items() if name not in (paging.input_token, paging.limit)}
    return json.dumps([call.name, call.account_id, call.region, params], sort_keys=True, default=str)


def _parsed(token: object) -> tuple[str, int] | None:
    try:
        mark, reading_id, offset = json.loads(urlsafe_b64decode(str(token)))
    except (Base64Error, ValueError, TypeError):
        return None
    return (str(reading_id), int(offset)) if mark == _MARK else None
