"""HTTP as the embedded account sees it: a request that arrived, an answer that goes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto.core.request import Request


@dataclass(frozen=True)
class HttpRequest:
    """A request as it arrived: the URL percent-encoded as sent, the body read to its end."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def from_botocore(cls, request: AWSPreparedRequest) -> "HttpRequest":
        """Return what botocore was about to send."""
        body = request.body.read() if hasattr(request.body, "read") else request.body
        headers = {
            name: value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()
        }
        encoded = body.encode() if isinstance(body, str) else bytes(body or b"")
        return cls(str(request.method), str(request.url), headers, encoded)

    @cached_property
    def for_moto(self) -> Request:
        """The request in the shape that moto's routers and parsers take."""
        return Request.from_primitives(self.method, self.url, self.headers, self.body)

    def at(self, host: str) -> "HttpRequest":
        """Return the same request addressed to `host`, which is an AWS endpoint's name."""
        parts = urlsplit(self.url)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        url = parts._replace(scheme="https", netloc=host).geturl()
        moved = HttpRequest(self.method, url, {**headers, "Host": host}, self.body)
        if "for_moto" in vars(self):
            vars(moved)["for_moto"] = _moved(self.for_moto, host, self.body)
        return moved

    def with_bucket_in_path(self, bucket: str) -> "HttpRequest":
        """Return the same S3 request with the bucket in the path, where its host has it."""
        label, _, host = self.host.partition(f"{bucket}.")
        if label or not bucket or not host.startswith("s3"):
            return self
        parts = urlsplit(self.url)
        moved = HttpRequest(
            self.method, parts._replace(path=f"/{bucket}{parts.path}").geturl(), self.headers, self.body
        )
        return moved.at(host)

    @property
    def host(self) -> str:
        """The host that the URL names, without the port."""
        return urlsplit(self.url).hostname or ""

    def header(self, name: str) -> str:
        """Return a header's value whatever the spelling of its name, or an empty string."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


@dataclass(frozen=True)
class HttpAnswer:
    """An answer: status code, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _moved(request: Request, host: str, body: bytes) -> Request:
    """Return a request with another host: to make one of nothing takes three times as long."""
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.")}
    place = {"HTTP_HOST": host, "SERVER_NAME": host, "SERVER_PORT": "443", "wsgi.url_scheme": "https"}
    return Request({**environ, **place, "wsgi.input": BytesIO(body)})
