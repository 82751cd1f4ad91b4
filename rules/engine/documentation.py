"""A rule's docstring, taken apart: it is the Config description, the documentation page and the fix."""

import inspect
import re
from typing import Any

from rules.engine.rule import Rule
from rules.frozen import dataclass

HEADINGS = ("Why", "Fix", "Limits")
LONGEST_DESCRIPTION = 256


@dataclass(frozen=True)
class Documentation:
    """
    The parts of a rule's docstring.

    `description` is one line of at most 256 characters that begins with "Checks if"; the others are Markdown.
    """

    description: str
    why: str
    fix: str
    limits: str

    @classmethod
    def of(cls, rule: type[Rule[Any]]) -> "Documentation":
        """Return the documentation of a rule; raises TypeError when a part is missing, too long or out of order."""
        first, *rest = re.split(r"^## (.+)$", inspect.getdoc(rule) or "", flags=re.MULTILINE)
        headings, bodies = tuple(rest[0::2]), [body.strip() for body in rest[1::2]]
        if headings != HEADINGS or not all(bodies):
            raise TypeError(f"{rule.id}: the docstring's headings are {headings}, wanted {HEADINGS}, each with text")
        description = " ".join(first.split())
        if not description.startswith("Checks if ") or "NON_COMPLIANT if" not in description:
            raise TypeError(f"{rule.id}: the description says what it 'Checks if' and what is 'NON_COMPLIANT if'")
        if len(description) > LONGEST_DESCRIPTION:
            raise TypeError(f"{rule.id}: the description has {len(description)} characters, at most 256 fit")
        return cls(description, *bodies)
