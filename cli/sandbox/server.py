"""The embedded account behind HTTP/1.1 on loopback, with a control endpoint under `/_sandbox/`."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from cli.sandbox.control import controlled
from cli.sandbox.exchange import HttpAnswer, HttpRequest
from cli.sandbox.faults import LostConnectionError
from cli.sandbox.gateway import Gateway

LOOPBACK: Final = "127.0.0.1"
CONTROL: Final = "/_sandbox/"
_FAILED: Final = HttpAnswer(500, {"Content-Type": "text/plain"}, b"The embedded account itself failed.")


class Server(ThreadingHTTPServer):
    """Answers requests to AWS with `gateway`, on loopback only; port 0 means any free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, gateway: Gateway, port: int) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.gateway = gateway

    @property
    def url(self) -> str:
        """The endpoint's URL. Its host is an address, which makes S3 clients keep bucket names in the path."""
        return f"http://{LOOPBACK}:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def handle_expect_100(self) -> bool:
        """Invite the body at once: clients wait a second for the invitation, and the writer is buffered."""
        invited = super().handle_expect_100()
        self.wfile.flush()
        return invited

    def do_any(self) -> None:
        """Answer one request."""
        request = HttpRequest(self.command, f"{self.server.url}{self.path}", dict(self.headers.items()), self._body())
        # What is sent if the account itself fails; its traceback goes to standard error then.
        answer: HttpAnswer | None = _FAILED
        try:
            answer = self._answer(request)
        except LostConnectionError as lost:
            answer = None
            self._lose(lost.kind)
        finally:
            if answer is not None:
                self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_any  # noqa: N815 - http.server's

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        path = urlsplit(request.url).path
        if path.startswith(CONTROL):
            return controlled(self.server.gateway, request, path.removeprefix(CONTROL))
        return self.server.gateway.answer(request)

    def _lose(self, kind: str) -> None:
        """End the connection without an answer, for a read timeout only when the client has given up."""
        self.close_connection = True
        if kind == "read-timeout":
            self.connection.recv(1)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _send(self, answer: HttpAnswer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        given = {name.lower(): value for name, value in answer.headers.items()}
        length = given.get("content-length", "0") if self.command == "HEAD" else str(len(answer.body))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: what reached the account is under `/_sandbox/calls`."""
