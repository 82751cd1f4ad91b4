"""What a rule says of one resource: a compliance and a finished sentence."""

from collections.abc import Iterable
from enum import StrEnum

from rules.frozen import dataclass

ANNOTATION_LIMIT = 256
"""Longest annotation that PutEvaluations takes, in characters (AWS Config API, Evaluation.Annotation)."""


class Compliance(StrEnum):
    """The compliance types that PutEvaluations accepts; INSUFFICIENT_DATA is refused by AWS Config."""

    COMPLIANT = "COMPLIANT"
    NON_COMPLIANT = "NON_COMPLIANT"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True)
class Verdict:
    """
    One judgement.

    `annotation` has 1 to 256 printable characters.
    `in_scope` is False for a resource that the rule is not about: a periodic pass does not mention it, because
    AWS Config bills every evaluation, while a change event is answered with NOT_APPLICABLE.
    """

    compliance: Compliance
    annotation: str
    in_scope: bool = True


def compliant(*sentences: str) -> Verdict:
    """Return COMPLIANT with the sentences that fit, said as facts ("Retention is 365 days.")."""
    return Verdict(Compliance.COMPLIANT, annotation(sentences))


def non_compliant(*sentences: str) -> Verdict:
    """Return NON_COMPLIANT with the sentences that fit, gravest first; what does not fit is counted."""
    return Verdict(Compliance.NON_COMPLIANT, annotation(sentences))


def not_applicable(*sentences: str) -> Verdict:
    """Return NOT_APPLICABLE for a resource that is in the rule's scope but cannot be judged by it."""
    return Verdict(Compliance.NOT_APPLICABLE, annotation(sentences))


def out_of_scope(*sentences: str) -> Verdict:
    """Return NOT_APPLICABLE for a resource that the rule is not about (see `Verdict.in_scope`)."""
    return Verdict(Compliance.NOT_APPLICABLE, annotation(sentences), in_scope=False)


def annotation(sentences: Iterable[str]) -> str:
    """
    Join sentences into an annotation of at most 256 characters.

    Whole sentences are kept from the front; the rest is counted: "First. Second. (+2 more)".
    A single sentence that is too long ends in an ellipsis. Raises TypeError when there is no sentence.
    """
    cleaned = [printable(sentence) for sentence in sentences]
    if not any(cleaned):
        raise TypeError("a verdict needs a sentence")
    kept: list[str] = []
    for position, sentence in enumerate(cleaned):
        following = len(cleaned) - position - 1
        suffix = f" (+{following} more)" if following else ""
        if kept and len(" ".join([*kept, sentence])) + len(suffix) > ANNOTATION_LIMIT:
            break
        kept.append(sentence)
    left_out = len(cleaned) - len(kept)
    suffix = f" (+{left_out} more)" if left_out else ""
    return shortened(" ".join(kept), ANNOTATION_LIMIT - len(suffix)) + suffix


def shortened(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, with an ellipsis at the end where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def listed(names: Iterable[str], most: int = 3, longest: int = 64) -> str:
    """Return "a, b, c and 2 more": the first `most` names, each in at most `longest` characters."""
    every = list(names)
    shown = [shortened(name, longest) for name in every[:most]]
    if len(every) > most:
        return f"{', '.join(shown)} and {len(every) - most} more"
    if len(shown) > 1:
        return f"{', '.join(shown[:-1])} and {shown[-1]}"
    return "".join(shown)


def printable(text: str) -> str:
    """Return `text` on one line: whatever a terminal would act on instead of showing becomes a space."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
