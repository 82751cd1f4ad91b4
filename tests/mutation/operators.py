"""What may be changed in a module, one small thing at a time: mutants as syntax trees, compiled and never written."""

import ast
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
OPPOSITES = {
    name: other
    for pair in (
        ("all", "any"),
        ("max", "min"),
        ("lower", "upper"),
        ("startswith", "endswith"),
        ("removeprefix", "removesuffix"),
        ("partition", "rpartition"),
        ("fullmatch", "search"),
        ("issubset", "issuperset"),
        ("union", "intersection"),
    )
    for name, other in (pair, pair[::-1])
} | {"match": "search"}
"""Built-in functions and methods whose opposite takes the same arguments."""
DROPPED = frozenset({"lower", "upper", "strip", "casefold"})
"""Methods without arguments that give back a text like the one that they are called on."""
NAMES_OF_THINGS = frozenset({"TypeVar", "ParamSpec", "NewType", "getLogger", "cast", "NamedTuple"})
"""Calls whose texts are names for people or type checkers."""
LOG = frozenset({"debug", "info", "warning", "error", "exception"})
DOCUMENTATION = frozenset({"title", "references", "__all__"})
"""What a rule says about itself to readers; tests hold it against the generated pages."""
CACHING = frozenset(
    {"dataclass", "frozen", "lru_cache", "cache", "cached_property", "property", "wraps", "total_ordering"}
)
"""Decorators whose arguments change how fast or how comparable something is, not what it says."""
FILLER = "XX"


@dataclass(frozen=True)
class Mutant:
    """One change: where (`first` to `last` are the lines of the statement), what it was, and what it became."""

    path: str
    operator: str
    line: int
    column: int
    nth: int
    first: int
    last: int
    before: str
    after: str
    in_function: bool

    @property
    def key(self) -> str:
        """What this mutant is called in results; stays the same while the module does."""
        return f"{self.line}:{self.column}:{self.operator}:{self.nth}"

    def rank(self, seed: int) -> str:
        """Where this mutant stands in the order of a seed; a larger sample has the smaller one in it."""
        return hashlib.sha256(f"{seed}:{self.path}:{self.key}".encode()).hexdigest()


Changes = Iterator[tuple[str, ast.AST]]


@dataclass(frozen=True)
class _Place:
    """A node that something else may stand for, and how to put that there."""

    module: ast.Module
    node: ast.AST
    statement: ast.stmt
    in_function: bool
    parent: ast.AST
    field: str
    index: int | None

    def put(self, new: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def mutants(root: Path, path: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its text; `path` is relative to `root`."""
    return [
        Mutant(path, *key, *_lines(place.statement), _text(place.node), _text(new), place.in_function)
        for key, place, new in _all(root / path)
    ]


def mutated(root: Path, mutant: Mutant) -> ast.Module:
    """Return the module of a mutant, with its change made; raises LookupError if the module has no such mutant."""
    wanted = (mutant.operator, mutant.line, mutant.column, mutant.nth)
    for key, place, new in _all(root / mutant.path):
        if key == wanted:
            place.put(ast.copy_location(new, place.node))
            return ast.fix_missing_locations(place.module)
    raise LookupError(f"{mutant.path} has no mutant {mutant.key}")


def _all(file: Path) -> Iterator[tuple[tuple[str, int, int, int], _Place, ast.AST]]:
    seen: Counter[tuple[str, int, int]] = Counter()
    for place in _places(ast.parse(file.read_text(encoding="utf-8"))):
        changes = CHANGES.get(type(place.node))
        at = (getattr(place.node, "lineno", place.statement.lineno), getattr(place.node, "col_offset", 0))
        for operator, new in changes(place.node) if changes else ():
            yield (operator, *at, seen[operator, *at]), place, new
            seen[operator, *at] += 1


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(deepcopy(node))).strip()


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement without those of its body."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return statement.lineno, max(last, statement.lineno)


def _places(module: ast.Module) -> Iterator[_Place]:
    yield from _within(module, module, None, in_function=False)


def _within(module: ast.Module, node: ast.AST, statement: ast.stmt | None, *, in_function: bool) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if _is_for_readers(node, field):
            continue
        several = isinstance(value, list)
        inside = in_function or (field == "body" and isinstance(node, ast.FunctionDef | ast.Lambda))
        for index, child in enumerate(value if several else [value]):
            if not isinstance(child, ast.AST) or _is_unchanged(node, field, child):
                continue
            at = child if isinstance(child, ast.stmt) else statement
            if at is not None:
                yield _Place(module, child, at, inside, node, field, index if several else None)
            yield from _within(module, child, at, in_function=inside)


def _is_for_readers(node: ast.AST, field: str) -> bool:
    """Say whether a part of a node is a type hint, or how a value is laid out."""
    match node:
        case ast.FunctionDef():
            return field == "returns"
        case ast.arg() | ast.AnnAssign():
            return field == "annotation"
        case ast.ClassDef():
            return field in {"bases", "keywords"}
        case ast.FormattedValue():
            return field == "format_spec"
    return False


def _is_unchanged(parent: ast.AST, field: str, node: ast.AST) -> bool:
    """Say whether a node is left as it is, with all that is in it."""
    if field == "decorator_list" and isinstance(parent, ast.FunctionDef | ast.ClassDef):
        return not isinstance(node, ast.Call) or _name(node.func) in CACHING
    match node:
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name in DOCUMENTATION or _is_type(value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=name))):
            return name in LOG
        case ast.Call(func=called):
            return _name(called) in NAMES_OF_THINGS
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass | ast.expr_context)


def _is_type(value: ast.expr) -> bool:
    """Say whether a value is a type that has a name: Literal[...], Callable[...]."""
    return isinstance(value, ast.Subscript) and _name(value.value)[:1].isupper()


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **fields}), node)


def _constants(node: ast.Constant) -> Changes:
    match node.value:
        case bool(value):
            yield "constant", ast.Constant(value=not value)
        case int(number) | float(number):
            yield "number", ast.Constant(value=number + 1)
        case str():
            yield "text", ast.Constant(value=FILLER)
        case bytes():
            yield "text", ast.Constant(value=FILLER.encode())


def _comparisons(node: ast.Compare) -> Changes:
    for index, operator in enumerate(node.ops):
        other = COMPARISONS[type(operator)]()
        yield "comparison", _changed(node, ops=[*node.ops[:index], other, *node.ops[index + 1 :]])


def _conditions(node: ast.BoolOp) -> Changes:
    yield "and or", _changed(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    for index in range(len(node.values)):
        rest = node.values[:index] + node.values[index + 1 :]
        yield "operand", rest[0] if len(rest) == 1 else _changed(node, values=rest)


def _negations(node: ast.UnaryOp) -> Changes:
    if isinstance(node.op, ast.Not):
        yield "not", node.operand


def _arithmetic(node: ast.BinOp) -> Changes:
    if type(node.op) in ARITHMETIC:
        yield "arithmetic", _changed(node, op=ARITHMETIC[type(node.op)]())


def _branches(node: ast.If | ast.IfExp) -> Changes:
    yield "condition", _changed(node, test=ast.Constant(value=False))
    yield "condition", _changed(node, test=ast.Constant(value=True))


def _filters(node: ast.comprehension) -> Changes:
    for index in range(len(node.ifs)):
        yield "filter", _changed(node, ifs=node.ifs[:index] + node.ifs[index + 1 :])


def _slices(node: ast.Subscript) -> Changes:
    if isinstance(node.slice, ast.Slice):
        for side in ("lower", "upper"):
            if getattr(node.slice, side) is not None:
                yield "slice", _changed(node, slice=_changed(node.slice, **{side: None}))


def _calls(node: ast.Call) -> Changes:
    match node.func:
        case ast.Name(id=name) if name in OPPOSITES:
            yield "opposite", _changed(node, func=ast.Name(id=OPPOSITES[name], ctx=ast.Load()))
        case ast.Name(id="sorted"):
            yield "order", _changed(node, func=ast.Name(id="list", ctx=ast.Load()), keywords=[])
        case ast.Attribute(attr=name) as method if name in OPPOSITES:
            yield "opposite", _changed(node, func=_changed(method, attr=OPPOSITES[name]))
    if isinstance(node.func, ast.Attribute) and node.func.attr in DROPPED and not node.args:
        yield "method", node.func.value
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield "argument", _changed(node, keywords=node.keywords[:index] + node.keywords[index + 1 :])


def _handlers(node: ast.ExceptHandler) -> Changes:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
    for index in range(len(caught)):
        rest = caught[:index] + caught[index + 1 :]
        yield "exception", _changed(node, type=ast.Tuple(elts=rest, ctx=ast.Load()))


def _cases(node: ast.match_case) -> Changes:
    if not isinstance(node.pattern, ast.MatchAs):
        yield "case", _changed(node, guard=ast.Constant(value=False))


def _returns(node: ast.Return) -> Changes:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return", ast.Return(value=ast.Constant(value=None))


def _expressions(node: ast.Expr) -> Changes:
    if isinstance(node.value, ast.Yield | ast.YieldFrom):
        # The function has to stay a generator.
        yield "yield", ast.Expr(value=ast.YieldFrom(value=ast.Tuple(elts=[], ctx=ast.Load())))
    else:
        yield "statement", ast.Pass()


def _statements(node: ast.AST) -> Changes:
    del node
    yield "statement", ast.Pass()


def _loops(node: ast.AST) -> Changes:
    yield "loop", ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


CHANGES: dict[type[ast.AST], Callable[[Any], Changes]] = {
    ast.Constant: _constants,
    ast.Compare: _comparisons,
    ast.BoolOp: _conditions,
    ast.UnaryOp: _negations,
    ast.BinOp: _arithmetic,
    ast.If: _branches,
    ast.IfExp: _branches,
    ast.comprehension: _filters,
    ast.Subscript: _slices,
    ast.Call: _calls,
    ast.ExceptHandler: _handlers,
    ast.match_case: _cases,
    ast.Return: _returns,
    ast.Expr: _expressions,
    ast.Raise: _statements,
    ast.AugAssign: _statements,
    ast.Delete: _statements,
    ast.Continue: _loops,
    ast.Break: _loops,
}
"""What may become of a node: the operator's name, and the node in its place."""
