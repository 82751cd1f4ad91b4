"""The constraints of botocore's models that only the service checks: lengths, ranges, patterns, enumerations.

botocore's own validation stops at types, required members and minima, so that a request that AWS would refuse
reaches the embedded account; the wording is that of AWS's validation layer.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from moto.core.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from cli.sandbox.errors import validation

_TEXT_SHOWN: Final = 200
# The tag operations of Amazon Bedrock agents have it in the pattern of their ARNs.
_MISSPELT: Final = "/d{12}"


def check(service: str, operation: OperationModel, params: Mapping[str, Any]) -> None:
    """Refuse parameters that break a constraint of the model.

    Raises:
        AwsError: ValidationException (ValidationError of query services), naming each constraint.

    """
    if operation.input_shape is None:
        return
    found = list(violations(params, operation.input_shape))
    if found:
        plural = "s" if len(found) > 1 else ""
        raise validation(service, f"{len(found)} validation error{plural} detected: {'; '.join(found)}")


def violations(value: object, shape: Shape, path: str = "", *, uncut: bool = False) -> Iterator[str]:
    """Yield a sentence for each constraint that `value` breaks.

    `uncut` leaves out how many items the lists at its top have: a listing before it is cut into pages has any.
    """
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        yield from _of_members(value, shape, path, uncut=uncut)
        return
    if not (uncut and isinstance(value, list)):
        yield from _own(value, shape, path)
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            yield from violations(item, shape.member, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from violations(item, shape.value, _child(path, str(key)))


def _of_members(value: Mapping[str, Any], shape: StructureShape, path: str, *, uncut: bool) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _sentence(None, _child(path, name), "Member must not be null")
    for name, member in value.items():
        if name in shape.members:
            yield from violations(member, shape.members[name], _child(path, name), uncut=uncut and not path)


def _own(value: object, shape: Shape, path: str) -> Iterator[str]:
    metadata: Mapping[str, Any] = shape.metadata
    if isinstance(value, str):
        if shape.type_name == "string":
            allowed = metadata.get("enum")
            if allowed and value not in allowed:
                yield _sentence(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
            pattern = metadata.get("pattern")
            if pattern and not _matches(pattern, value):
                yield _sentence(value, path, f"Member must satisfy regular expression pattern: {pattern}")
            yield from _size(len(value), "length", value, metadata, path)
    elif isinstance(value, list | tuple | Mapping):
        yield from _size(len(value), "length", value, metadata, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _size(value, "value", value, metadata, path)


def _size(size: float, kind: str, value: object, metadata: Mapping[str, Any], path: str) -> Iterator[str]:
    least, most = metadata.get("min"), metadata.get("max")
    verb = f"Member must have {kind}"
    if least is not None and size < float(least):
        yield _sentence(value, path, f"{verb} greater than or equal to {least}")
    if most is not None and size > float(most):
        yield _sentence(value, path, f"{verb} less than or equal to {most}")


def _sentence(value: object, path: str, constraint: str) -> str:
    said = "null" if value is None else f"'{str(value)[:_TEXT_SHOWN]}'"
    return f"Value {said} at '{path}' failed to satisfy constraint: {constraint}"


def _child(path: str, name: str) -> str:
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return the pattern for every partition; None where it is not Python's, or misspelt so that nothing matches."""
    if _MISSPELT in pattern:
        return None
    try:
        return re.compile(pattern.replace("arn:aws:", "arn:aws[a-z-]*:"), re.DOTALL)
    except re.error:
        return None
