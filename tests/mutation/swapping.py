"""Changed code in the place of what a process has, or would import: whatever holds a function sees the change."""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
from collections import defaultdict
from functools import lru_cache
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

LRU: type[Any] = type(lru_cache(int))

Pairs = list[tuple[CodeType, CodeType]]
"""Code of outermost functions and methods, as it was and as it became."""
Functions = dict[tuple[str, int], list[FunctionType]]
"""The functions of a module by qualified name and first line."""


def differing(old: CodeType, new: CodeType) -> Pairs:
    """Return the functions in which two versions of a module differ; empty if something else differs, or nothing."""
    return _differing(old, new) or []


def live(file: str) -> Functions:
    """Return the functions that this process has of a file, also those behind decorators and properties."""
    found: Functions = defaultdict(list)
    gc.unfreeze()  # what is frozen, such as by tests/conftest.py, is not among the objects
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == file:
            found[thing.__code__.co_qualname, thing.__code__.co_firstlineno].append(thing)
        elif isinstance(thing, LRU):
            # What the unchanged function said must not be remembered.
            thing.cache_clear()
    gc.freeze()
    return dict(found)


def swap(pairs: Pairs, functions: Functions) -> None:
    """Give the functions their new code."""
    for old, new in pairs:
        for function in functions[old.co_qualname, old.co_firstlineno]:
            function.__code__ = new


def _differing(old: CodeType, new: CodeType) -> Pairs | None:
    if old.co_flags & inspect.CO_OPTIMIZED:
        same_cells = old.co_freevars == new.co_freevars
        return ([] if old == new else [(old, new)]) if same_cells else None
    before, after = _nested(old), _nested(new)
    if len(before) != len(after) or _bare(old) != _bare(new):
        return None
    found: Pairs = []
    for was, became in zip(before, after, strict=True):
        pairs = _differing(was, became)
        if pairs is None:
            return None
        found.extend(pairs)
    return found


def _nested(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _bare(code: CodeType) -> CodeType:
    return code.replace(co_consts=tuple(None if isinstance(each, CodeType) else each for each in code.co_consts))


class _Loader(importlib.machinery.SourceFileLoader):
    """Gives the changed code in the place of what the file has."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:
        del fullname
        return self._code


class Finder(importlib.abc.MetaPathFinder):
    """Lets one module be imported with changed code."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the changed module for its name, and nothing for others."""
        del path, target
        if fullname != self.name:
            return None
        loader = _Loader(self.name, self.path, self.code)
        return importlib.util.spec_from_file_location(self.name, self.path, loader=loader)
