"""What the rules have to find in an example company."""

from dataclasses import dataclass, replace

from rules.engine.verdict import Compliance


@dataclass(frozen=True, order=True)
class Label:
    """
    One evaluation that has to come out of judging a company, and its compliance.

    `resource` is the name that people know the resource by: where AWS gives only an id, its Name tag.
    """

    rule: str
    region: str
    resource: str
    compliance: Compliance


def without_bad(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Return the labels that are left where what is bad was left out."""
    return tuple(label for label in labels if label.compliance is not BAD)


def all_good(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Return the labels where what was bad was repaired."""
    return tuple(replace(label, compliance=GOOD) for label in labels)


GOOD = Compliance.COMPLIANT
BAD = Compliance.NON_COMPLIANT
UNUSED = Compliance.NOT_APPLICABLE
