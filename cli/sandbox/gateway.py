"""The one way into the embedded account: every request is identified, struck or answered, and recorded here.

moto answers what it has; the operations of `cli/sandbox/services` answer what it lacks. They are put before moto,
not into moto's classes, so that one place serves both ways in (in process and HTTP), every protocol, and services
that moto does not have at all.
"""

import threading
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import UnknownServiceError
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.iam.models import get_account_id_from

from cli.sandbox import errors
from cli.sandbox.calls import Call, Calls, RecordedCall, string_parameters
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.exchange import HttpAnswer, HttpRequest
from cli.sandbox.faults import Faults, LostConnectionError, MalformedAnswerError
from cli.sandbox.identify import Target, UnknownOperationError, host_of, target_of
from cli.sandbox.moto_routes import answer_of_moto
from cli.sandbox.operations import (
    AMENDMENTS,
    OPERATIONS,
    REPAGED,
    check_against_moto,
    page_size_of,
)
from cli.sandbox.pages import Pages, Paging, paging_of, size_of
from cli.sandbox.roles import authorize
from cli.sandbox.services import load
from cli.sandbox.tables import Tables
from cli.sandbox.wire import decode, encode, require_faithful, result_of, with_params

_FIRST_ERROR_STATUS: Final = 400


class Gateway:
    """The embedded account's door and its memory.

    moto keeps its state in the process, so there is one gateway per process (`GATEWAY`), whoever comes in.
    Requests are answered one at a time: moto is not made for threads.
    """

    def __init__(self) -> None:
        self.calls = Calls()
        self.faults = Faults()
        self.tables = Tables()
        self._pages = Pages()
        self._turn = threading.RLock()

    def reset(self) -> None:
        """Empty the account in every Region, cancel all faults, forget all calls."""
        with self._turn:
            BackendDict.reset()
            reset_model_data()
            self.tables.clear()
            self._pages.clear()
            self.faults.clear()
            self.calls.clear()

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Return the account's answer to `request`.

        Raises:
            LostConnectionError: A fault wants the connection to end without an answer.

        """
        try:
            target = target_of(request)
        except UnknownOperationError as unknown:
            return self._refuse_unknown(unknown, request)
        return self.answer_about(target, request)

    def answer_about(self, target: Target, request: HttpRequest) -> HttpAnswer:
        """Return the account's answer to a request whose target is known; raises what `answer` raises."""
        call = self._call(target, request)
        error, denied = "", False
        try:
            self.faults.strike(call)
            authorize(call)
            with self._turn:
                answered = self._performed(call, target)
            error = _code(call, answered)
        except AwsError as refused:
            error, denied = refused.code, isinstance(refused, errors.DeniedError)
            return errors.answer_of(refused, call.service, request)
        except MalformedAnswerError as malformed:
            error = "malformed"
            return HttpAnswer(200, {"Content-Type": malformed.content_type}, malformed.body)
        except LostConnectionError as lost:
            error = lost.kind
            raise
        else:
            return answered
        finally:
            self._record(call, error, denied=denied)

    def _call(self, target: Target, request: HttpRequest) -> Call:
        return Call(
            service=target.service,
            operation=target.operation,
            params=decode(target, request),
            access_key_id=target.access_key_id,
            account_id=str(get_account_id_from(target.access_key_id)),
            region=target.region,
            request=request,
            tables=self.tables,
            ordered=self.faults.resources,
            refusal=self.faults.refusal,
        )

    def _performed(self, call: Call, target: Target) -> HttpAnswer:
        load(call.service)
        key = (call.service, str(call.operation.name))
        paging = paging_of(call.service, call.operation)
        most = self.faults.largest_page(call)
        if paging is not None and self._pages.is_token(token := call.params.get(paging.input_token)):
            size = size_of(call, paging, page_size_of(*key) or 100, most)
            return encode(call.operation, self._pages.resumed(call, paging, token, size), call.request)
        if key in OPERATIONS:
            result = self._own_result(call, key)
        elif key in AMENDMENTS:
            check_against_moto(*key)
            result = AMENDMENTS[key].amender(call, lambda params=None: self._moto_result(call, target, params))
            require_faithful(call.operation, result, forms=False)
        elif paging is not None and (key in REPAGED or (most and call.service != "s3")):
            result = self._drained(call, target, paging)
        elif most and paging is not None and paging.limit:
            return self._ask_moto(with_params(target, call.request, {**call.params, paging.limit: most}), call)
        else:
            return self._ask_moto(call.request, call)
        if paging is not None and (key in OPERATIONS or key in REPAGED or most):
            size = size_of(call, paging, page_size_of(*key) or 100, most)
            result = self._pages.first(call, paging, result, size)
        return encode(call.operation, result, call.request)

    def _own_result(self, call: Call, key: tuple[str, str]) -> Mapping[str, Any]:
        check_against_moto(*key)
        check(call.service, call.operation, call.params)
        result = OPERATIONS[key].handler(call)
        require_faithful(call.operation, result, forms=OPERATIONS[key].forms)
        return result

    def _drained(self, call: Call, target: Target, paging: Paging) -> dict[str, Any]:
        """Return moto's whole listing, however it pages itself."""
        params = {name: value for name, value in call.params.items() if name != paging.limit}
        if params.pop(paging.input_token, None):
            raise errors.bad_token(call.service)
        whole = self._moto_result(call, target, params)
        token = whole.pop(paging.output_token, None)
        while token:
            page = self._moto_result(call, target, {**params, paging.input_token: token})
            for name in paging.results:
                whole.setdefault(name, []).extend(page.get(name, ()))
            token = page.get(paging.output_token)
        return whole

    def _moto_result(self, call: Call, target: Target, params: Mapping[str, Any] | None) -> dict[str, Any]:
        request = call.request if params is None else with_params(target, call.request, params)
        return result_of(call.operation, self._ask_moto(request, call), request)

    def _ask_moto(self, request: HttpRequest, call: Call) -> HttpAnswer:
        if not request.host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
            request = request.at(host_of(call.service, call.region, call.account_id))
        if call.service == "s3":
            # Moto takes a bucket that is named like a service for that service.
            request = request.with_bucket_in_path(call.params.get("Bucket", ""))
        try:
            answered = answer_of_moto(request)
        except NotImplementedError as error:
            raise errors.not_implemented(call.service, call.operation) from error
        if answered is None:
            raise errors.not_implemented(call.service, call.operation)
        return answered

    def _record(self, call: Call, error: str, *, denied: bool) -> None:
        self.calls.record(
            RecordedCall(
                access_key_id=call.access_key_id,
                service=call.service,
                operation=str(call.operation.name),
                region=call.region,
                action=call.action,
                error=error,
                parameters=string_parameters(call.params),
                denied=denied,
            )
        )
        for action in sorted(call.beside):
            service, _, operation = action.partition(":")
            self.calls.record(RecordedCall(call.access_key_id, service, operation, call.region, action))

    @staticmethod
    def _refuse_unknown(unknown: UnknownOperationError, request: HttpRequest) -> HttpAnswer:
        error = errors.not_implemented(unknown.service, f"{request.method} {request.url}")
        try:
            return errors.answer_of(error, unknown.service, request)
        except UnknownServiceError:
            return HttpAnswer(error.status or 501, {"Content-Type": "text/plain"}, error.message.encode())


def _code(call: Call, answered: HttpAnswer) -> str:
    """Return the error code that moto answered with, empty after success."""
    if answered.status < _FIRST_ERROR_STATUS:
        return ""
    try:
        result_of(call.operation, answered, call.request)
    except AwsError as error:
        return error.code
    return ""


GATEWAY = Gateway()
