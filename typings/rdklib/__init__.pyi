"""The part of rdklib 0.3.10 that rules/engine speaks to; rdklib itself ships no types."""

from collections.abc import Mapping
from typing import Any

class ConfigRule:
    delete_old_evaluations_on_scheduled_notification: bool
    def evaluate_parameters(self, rule_parameters: dict[str, Any]) -> Any: ...
    def evaluate_change(
        self,
        event: dict[str, Any],
        client_factory: ClientFactory,
        configuration_item: dict[str, Any],
        valid_rule_parameters: Any,
    ) -> list[Evaluation]: ...
    def evaluate_periodic(
        self, event: dict[str, Any], client_factory: ClientFactory, valid_rule_parameters: Any
    ) -> list[Evaluation]: ...
    def get_execution_role_arn(self, event: dict[str, Any]) -> str: ...
    def get_assume_role_region(self, event: dict[str, Any]) -> str | None: ...
    def get_assume_role_mode(self, event: dict[str, Any]) -> bool: ...

class ClientFactory:
    build_client: Any
    def __init__(self, role_arn: str, region: str | None = ..., assume_role_mode: bool = ...) -> None: ...

class ComplianceType:
    NOT_APPLICABLE: str
    COMPLIANT: str
    NON_COMPLIANT: str

class Evaluation:
    annotation: str
    complianceResourceType: str | None
    complianceType: str
    complianceResourceId: str | None
    orderingTimestamp: str | None
    def __init__(
        self,
        complianceType: str,
        resourceId: str | None = ...,
        resourceType: str | None = ...,
        annotation: str = ...,
    ) -> None: ...
    def get_json(self) -> dict[str, str]: ...

class Evaluator:
    def __init__(
        self,
        config_rule: ConfigRule,
        expected_resource_types: list[str] | None = ...,
        is_applicable_status: bool = ...,
    ) -> None: ...
    def handle(self, event: Mapping[str, Any], context: object) -> list[dict[str, str]] | dict[str, Any]: ...

class InvalidParametersError(Exception): ...
