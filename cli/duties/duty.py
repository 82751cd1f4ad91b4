"""What a customer of AWS owes for AI workloads, and what answers it: rules, rules of AWS, or evidence kept by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.engine.duties import Duty


@dataclass(frozen=True)
class CustomerDuty:
    """
    One duty on the customer's side of the shared responsibility model.

    `asks` says what the customer has to do, `aws` where AWS's side of the line is. `rules` are ids of rules, and
    `home_of` the folders of rules whose others, which no duty names, are here: a new rule has to be named nowhere.
    `managed` are names of rules that AWS manages or of whole groups of them, and `evidence` headings of the page
    docs/manual-evidence.md, as links name them.
    """

    title: str
    asks: str
    aws: str
    rules: tuple[str, ...] = ()
    home_of: tuple[Duty, ...] = ()
    managed: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether anything answers it."""
        return bool(self.rules or self.home_of or self.managed or self.evidence)


@dataclass(frozen=True)
class Chapter:
    """Duties that belong together, under the heading that the shared responsibility model gives them."""

    title: str
    duties: tuple[CustomerDuty, ...]
