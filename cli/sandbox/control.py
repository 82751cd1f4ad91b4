"""The control endpoint: how other processes order faults, read the recorded calls and reset the account.

| request | effect |
|---|---|
| GET, PUT, POST, DELETE /_sandbox/faults | the faults on order; replace them all; add one; cancel them |
| GET, DELETE /_sandbox/calls | the recorded calls in order; forget them |
| POST /_sandbox/reset | empty the account, cancel faults, forget calls |

Bodies are JSON; a fault has the members of `cli.sandbox.faults.Fault`.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from cli.sandbox.exchange import HttpAnswer, HttpRequest
from cli.sandbox.faults import FaultError, fault_from_json, fault_to_json
from cli.sandbox.gateway import Gateway

Control = Callable[[Gateway, Any], object]


class ControlError(ValueError):
    """A control request that cannot be carried out; the message says why."""


def controlled(gateway: Gateway, request: HttpRequest, name: str) -> HttpAnswer:
    """Carry out a control request and return its answer: 404 for an unknown one, 400 for a wrong body."""
    control = CONTROLS.get((request.method, name))
    if control is None:
        known = sorted(f"{method} /_sandbox/{name}" for method, name in CONTROLS)
        return _json(404, {"message": f"There is only {', '.join(known)}."})
    try:
        body = json.loads(request.body) if request.body else None
        return _json(200, control(gateway, body))
    except (FaultError, ControlError, json.JSONDecodeError, TypeError) as error:
        return _json(400, {"message": str(error)})


def _faults(gateway: Gateway, _: object) -> object:
    return [fault_to_json(fault) for fault in gateway.faults]


def _replace_faults(gateway: Gateway, body: Any) -> object:
    if not isinstance(body, list):
        raise ControlError("The body is a list of faults.")
    gateway.faults.replace([fault_from_json(described) for described in body])
    return _faults(gateway, None)


def _add_fault(gateway: Gateway, body: Any) -> object:
    if not isinstance(body, dict):
        raise ControlError("The body is a fault.")
    gateway.faults.add(fault_from_json(body))
    return _faults(gateway, None)


def _cancel_faults(gateway: Gateway, _: object) -> object:
    gateway.faults.clear()
    return []


def _calls(gateway: Gateway, _: object) -> object:
    return [call.as_json() for call in gateway.calls]


def _forget_calls(gateway: Gateway, _: object) -> object:
    gateway.calls.clear()
    return []


def _reset(gateway: Gateway, _: object) -> object:
    gateway.reset()
    return {}


def _json(status: int, content: object) -> HttpAnswer:
    body = json.dumps(content, default=str).encode()
    return HttpAnswer(status, {"Content-Type": "application/json"}, body)


CONTROLS: Final[dict[tuple[str, str], Control]] = {
    ("GET", "faults"): _faults,
    ("PUT", "faults"): _replace_faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _cancel_faults,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _forget_calls,
    ("POST", "reset"): _reset,
}
