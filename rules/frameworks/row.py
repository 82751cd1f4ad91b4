"""A row of the table: what a rule answers to in each framework, or why a framework has nothing for it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rules.frameworks.framework import Framework
from rules.frozen import dataclass

if TYPE_CHECKING:
    from rules.frameworks.framework import Control

ORDER = tuple(Framework)


class Why(Enum):
    """Why a framework has no entry that a rule answers to, as a sentence on the framework."""

    NOT_BIAS = "It is about generative models, whose bias these monitors cannot measure."
    NOT_CHANGES = "It has no entry on changes of what guards a model."
    NOT_ENCRYPTION = "It has no entry on encryption at rest."
    NOT_FUNCTIONS = "It has no entry on the functions that call a model."
    NOT_GENERATED = "It has no entry on what a model makes up."
    NOT_IMAGES = "It has no entry on container images."
    NOT_PERSONAL_DATA = "It leaves the protection of personal data to the GDPR (Article 2(7))."
    NOT_PLACES = "It does not say where, or for how long, prompts and answers may be kept."
    NOT_SECRETS = "It has no entry on stored credentials."
    NOT_TRAINING = "It leaves out the jobs that prepare data and train models."
    NOT_WORKSPACES = "It has no entry on the places where models are developed."


@dataclass(frozen=True)
class Nothing:
    """A framework that has no entry for a rule, and why."""

    framework: Framework
    why: Why


@dataclass(frozen=True)
class Row:
    """What one rule answers to, by framework in the order of Framework, and the frameworks with nothing for it."""

    controls: tuple[Control, ...]
    nothing: tuple[Nothing, ...] = ()


def row(*parts: tuple[Control, ...] | Nothing) -> Row:
    """Return the row of these mappings and gaps, whatever order they come in."""
    controls = [control for part in parts if not isinstance(part, Nothing) for control in part]
    gaps = [part for part in parts if isinstance(part, Nothing)]
    return Row(
        tuple(sorted(controls, key=lambda control: ORDER.index(control.framework))),
        tuple(sorted(gaps, key=lambda gap: ORDER.index(gap.framework))),
    )


def no_wa_genai(why: Why) -> Nothing:
    """Return that the Well-Architected Generative AI Lens has nothing."""
    return Nothing(Framework.WELL_ARCHITECTED_GENERATIVE_AI, why)


def no_wa_ml(why: Why) -> Nothing:
    """Return that the Well-Architected Machine Learning Lens has nothing."""
    return Nothing(Framework.WELL_ARCHITECTED_MACHINE_LEARNING, why)


def no_owasp_llm(why: Why) -> Nothing:
    """Return that the OWASP Top 10 for LLM Applications has nothing."""
    return Nothing(Framework.OWASP_LLM, why)


def no_eu_ai_act(why: Why) -> Nothing:
    """Return that the EU AI Act has nothing."""
    return Nothing(Framework.EU_AI_ACT, why)
