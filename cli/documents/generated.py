"""The generated files of the repository: what they should be, how they differ, and writing them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.pack import as_yaml, check_limits, standalone_pack
from cdk.settings import Settings
from cli.documents.duties import duties_page
from cli.documents.frameworks import frameworks_page
from cli.documents.overview import index, with_table
from cli.documents.page import page
from cli.terminal import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rules.engine.rule import Rule

PACK = "conformance-pack.yaml"
README = "README.md"
PAGES = "docs/rules"
DUTIES = "docs/duties.md"
FRAMEWORKS = "docs/frameworks.md"


@dataclass(frozen=True)
class Generated:
    """
    The files under `root` that are made from the rules.

    `wanted` has their texts by path; what else lies in docs/rules is a page of a rule that is gone.
    """

    root: Path
    wanted: Mapping[str, str]

    @classmethod
    def of(cls, rules: Sequence[type[Rule[Any]]], root: Path) -> Generated:
        """
        Return what the rules make of the repository at `root`.

        Raises MarkersError, OSError when the README cannot be read, PackError when the pack breaks a limit of AWS
        Config, and TypeError for a rule whose docstring is not a documentation page.
        """
        pack = standalone_pack(Settings(tuple(rules), managed=ManagedChoice(GROUPS)))
        check_limits(pack)
        readme = (root / README).read_text(encoding="utf-8")
        made_by = "<!-- Generated from {} by: ai-config-rules generate -->\n\n"
        wanted = {README: with_table(readme, README, rules), PACK: as_yaml(pack)}
        wanted[DUTIES] = made_by.format("cli/duties/ and the rules") + duties_page(rules)
        wanted[FRAMEWORKS] = made_by.format("the rules") + frameworks_page(rules)
        wanted[f"{PAGES}/README.md"] = made_by.format("the rules") + index(rules)
        for rule in rules:
            source = rule.module.replace(".", "/") + ".py"
            wanted[f"{PAGES}/{rule.id}.md"] = made_by.format(source) + page(rule)
        return cls(root, wanted)

    def differences(self) -> str:
        """Return a unified diff from the files as they are to what they should be, empty when they are current."""
        return "".join(self._differences())

    def write(self) -> list[str]:
        """Write what is not current, remove the pages of rules that are gone; return the paths touched."""
        touched = []
        for path, text in self.wanted.items():
            if self._found(path) != text:
                target = self.root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                write_whole(target, text)
                touched.append(path)
        for path in self._stale():
            (self.root / path).unlink()
            touched.append(path)
        return touched

    def _differences(self) -> Iterator[str]:
        for path in [*self.wanted, *self._stale()]:
            found, text = self._found(path), self.wanted.get(path, "")
            if found != text:
                before = found.splitlines(keepends=True)
                after = text.splitlines(keepends=True)
                source = path if found else "/dev/null"
                target = path if text else "/dev/null"
                yield from unified_diff(before, after, source, target)

    def _found(self, path: str) -> str:
        file = self.root / path
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def _stale(self) -> list[str]:
        """Return the paths of pages whose rule is gone."""
        found = sorted((self.root / PAGES).glob("*.md"))
        return [path for path in (f"{PAGES}/{file.name}" for file in found) if path not in self.wanted]
