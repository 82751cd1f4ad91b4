"""What of moto answers a URL, looked up once for each host.

moto's own entry goes through the patterns of all services for every request, and puts the service's URLs together anew.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from moto import backends
from moto.backend_index import backend_url_patterns
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.exceptions import HTTPException
from moto.core.request import Request

from cli.sandbox.exchange import HttpAnswer, HttpRequest

Answering = Callable[[Request, str, Any], tuple[int, dict[str, Any], str | bytes]]

_UNKNOWN: Final[tuple[int, dict[str, Any], str | bytes]] = (404, {}, "Not yet implemented")
"""What moto answers for AWS hosts of services that it does not have."""


def answer_of_moto(request: HttpRequest) -> HttpAnswer | None:
    """
    Return what moto answers, None where it has nothing for the request's URL.

    The request is addressed to an AWS endpoint. Raises NotImplementedError for operations that moto does not have.
    """
    parts = urlsplit(request.url)
    plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
    answering = next((each for pattern, each in _routes(parts.scheme, parts.netloc) if pattern.match(plain)), None)
    if answering is None:
        return None
    asked = request.for_moto
    try:
        answered = answering(asked, asked.raw_url, asked.headers)
    except HTTPException as refused:
        answered = (int(refused.code or 500), dict(refused.get_headers()), str(refused.get_body()))
    if answered == _UNKNOWN:
        return None
    status, headers, body = answered
    encoded = body.encode() if isinstance(body, str) else bytes(body)
    return HttpAnswer(int(status), {str(name): str(value) for name, value in dict(headers).items()}, encoded)


@cache
def _routes(scheme: str, host: str) -> tuple[tuple[re.Pattern[str], Answering], ...]:
    return tuple(_of_host(f"{scheme}://{host}/"))


def _of_host(url: str) -> Iterator[tuple[re.Pattern[str], Answering]]:
    for service, pattern in backend_url_patterns:
        if pattern.match(url):
            for path, answering in _backend(service).urls.items():
                yield re.compile(path), answering


def _backend(service: Any) -> Any:
    """Return one of a service's backends: their URLs are the same in every account and Region."""
    found: Any = backends.get_backend(service)
    if not isinstance(found, BackendDict):
        return found["global"]
    regions = found[DEFAULT_ACCOUNT_ID]
    return regions["us-east-1" if "us-east-1" in regions else "aws"]
