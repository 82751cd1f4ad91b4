"""The fix of a rule in short: the commands first, then the sentence that says what they do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules.engine.documentation import Documentation
from rules.engine.verdict import shortened

if TYPE_CHECKING:
    from rules.engine.rule import Rule

INLINE = re.compile(r"`(aws [^`]+)`")
BLOCK = "    "
CONTINUATION = "\\"
SENTENCE_END = re.compile(r"(?<=\.)\s")
LONGEST_SENTENCE = 240


@dataclass(frozen=True)
class Fix:
    """Commands of the AWS CLI, each on one line, and the fix's first sentence, as plain text."""

    commands: tuple[str, ...]
    sentence: str

    @classmethod
    def of(cls, rule: type[Rule[Any]]) -> Fix:
        """Return the fix of a rule's documentation; `ai-config-rules explain` shows all of it."""
        text = Documentation.of(rule).fix
        first = SENTENCE_END.split(" ".join(text.partition("\n\n")[0].split()))[0]
        return cls(_in_blocks(text) or tuple(INLINE.findall(" ".join(text.split()))), _plain(first))


def _in_blocks(text: str) -> tuple[str, ...]:
    """Return the commands in blocks of code; whatever follows a command's first line in its block continues it."""
    commands: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith(f"{BLOCK}aws "):
            inside = True
            commands.append(line.strip())
        elif not line.startswith(BLOCK):
            inside = False
        elif inside:
            commands[-1] = f"{commands[-1].removesuffix(CONTINUATION).rstrip()} {line.strip()}"
    return tuple(commands)


def _plain(sentence: str) -> str:
    """Return a sentence without Markdown's marks; one that introduces a block of code ends like any other."""
    plain = sentence.replace("`", "").removesuffix(".").removesuffix(":")
    return shortened(f"{plain}.", LONGEST_SENTENCE)
