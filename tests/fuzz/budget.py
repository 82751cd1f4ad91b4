"""How many examples a test tries: few and the same in the suite, many and others in a campaign."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

CAMPAIGN: Final = "AI_CONFIG_RULES_FUZZ_FACTOR"
"""The variable that says how many times the examples of the suite a campaign tries."""
FAILURES: Final = Path(__file__).parents[2] / "build" / "fuzz"
"""Where a campaign keeps the examples that failed; the next one begins with them."""


def share_of(limit: int) -> int:
    """Return how large an input is that may take seconds: a quarter of the limit in the suite, all of it else."""
    return limit if os.environ.get(CAMPAIGN) else limit // 4


def examples(count: int) -> settings:
    """Return the settings of a test that tries `count` examples in the suite."""
    factor = int(os.environ.get(CAMPAIGN, "0"))
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    if factor:
        database = DirectoryBasedExampleDatabase(FAILURES)
        return settings(max_examples=count * factor, deadline=None, suppress_health_check=quiet, database=database)
    return settings(max_examples=count, deadline=None, suppress_health_check=quiet, database=None, derandomize=True)
