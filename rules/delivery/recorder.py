"""The configuration recorder of an account and Region, on which hang the changes that rules wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS = frozenset(
    {Action("config:DescribeConfigurationRecorders"), Action("config:DescribeConfigurationRecorderStatus")}
)


@dataclass(frozen=True)
class Recorder:
    """
    A configuration recorder.

    `types` are the resource types that it records, None for all that AWS Config supports but `left_out`.
    `last_status` and `last_error` are those of DescribeConfigurationRecorderStatus.
    """

    name: str
    recording: bool
    last_status: str
    types: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()
    last_error: str = ""

    @property
    def failed(self) -> bool:
        """Whether the last recording failed."""
        return self.last_status == "Failure"

    def records(self, resource_type: str) -> bool:
        """Say whether changes of this type are recorded."""
        if self.types is not None:
            return resource_type in self.types
        return resource_type not in self.left_out


def recorder_in(config: Any) -> Recorder | None:
    """Return the recorder that a client of AWS Config sees, None where there is none; raises READ_ERRORS."""
    recorders = config.describe_configuration_recorders()["ConfigurationRecorders"]
    if not recorders:
        return None
    recorder = recorders[0]
    states = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    state: Mapping[str, Any] = next((one for one in states if one["name"] == recorder["name"]), {})
    group = recorder.get("recordingGroup", {})
    by_type = group.get("recordingStrategy", {}).get("useOnly") == "INCLUSION_BY_RESOURCE_TYPES"
    listed = by_type or ("allSupported" in group and not group["allSupported"] and group.get("resourceTypes"))
    return Recorder(
        name=recorder["name"],
        recording=state.get("recording", False),
        last_status=state.get("lastStatus", "Pending"),
        types=frozenset(group.get("resourceTypes", ())) if listed else None,
        left_out=frozenset(group.get("exclusionByResourceTypes", {}).get("resourceTypes", ())),
        last_error=state.get("lastErrorMessage", ""),
    )
