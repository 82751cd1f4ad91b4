"""AWS::Config::ConformancePack and AWS::Config::ConfigRule in CloudFormation stacks.

Moto finds the resource types among the direct subclasses of CloudFormationModel.
"""

from collections.abc import Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError
from moto.core.common_models import CloudFormationModel
from moto.utilities.utils import get_partition

from cli.sandbox.errors import AwsError
from cli.sandbox.gateway import GATEWAY
from cli.sandbox.services.config_rules import ConfigAccount
from cli.sandbox.services.conformance_packs import delete_pack, put_pack, rule_of

Properties = dict[str, Any]


class _ConfigResource:
    """What the two resource types have in common: a name property, which is also what Ref returns."""

    name_property = ""

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.physical_resource_id = name
        self._attributes = attributes

    @classmethod
    def put(cls, account: ConfigAccount, name: str, properties: Properties) -> Mapping[str, str]:
        """Create or update the resource and return its attributes for Fn::GetAtt."""
        raise NotImplementedError

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "_ConfigResource":
        """Create the resource; a refusal fails the stack operation with AWS Config's reason."""
        properties = cloudformation_json.get("Properties", {})
        name = properties.get(cls.name_property, resource_name)
        try:
            attributes = cls.put(account_of(account_id, region_name), name, properties)
        except AwsError as error:
            raise ValidationError(message=f"Resource handler returned message: {error.message}") from error
        return cls(name, attributes)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "_ConfigResource",
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "_ConfigResource":
        """Update the resource; another name replaces it."""
        properties = cloudformation_json.get("Properties", {})
        old = original_resource.physical_resource_id
        name = properties.get(cls.name_property, old)
        if name != old:
            original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the resource."""
        raise NotImplementedError

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        if attribute_name not in self._attributes:
            raise UnformattedGetAttTemplateException
        return self._attributes[attribute_name]


class ConformancePack(_ConfigResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::Config::ConformancePack."""

    name_property = "ConformancePackName"

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource."""
        return "ConformancePackName"

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::Config::ConformancePack"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Say whether the type has an attribute: it has none."""
        del attr
        return False

    @classmethod
    def put(cls, account: ConfigAccount, name: str, properties: Properties) -> Mapping[str, str]:
        """Create or update the pack; a pack that could not be deployed fails the stack, with the reason."""
        pack = put_pack(account, {**properties, "ConformancePackName": name})
        if pack["state"].endswith("_FAILED"):
            raise AwsError("ConformancePackFailed", pack["reason"])
        return {}

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the pack with its rules."""
        delete_pack(account_of(account_id, region_name), self.physical_resource_id)


class ConfigRule(_ConfigResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::Config::ConfigRule."""

    name_property = "ConfigRuleName"

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource."""
        return "ConfigRuleName"

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::Config::ConfigRule"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Say whether the type has an attribute."""
        return attr in ("Arn", "ConfigRuleId", "Compliance.Type")

    @classmethod
    def put(cls, account: ConfigAccount, name: str, properties: Properties) -> Mapping[str, str]:
        """Create or update the rule."""
        rule = account.put_rule({**rule_of(properties), "ConfigRuleName": name})
        return {"Arn": rule["ConfigRuleArn"], "ConfigRuleId": rule["ConfigRuleId"]}

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the rule with its results."""
        account_of(account_id, region_name).delete_rule(self.physical_resource_id)


def account_of(account_id: str, region: str) -> ConfigAccount:
    """Return AWS Config's memory of an account and Region."""
    return ConfigAccount(account_id, region, str(get_partition(region)), GATEWAY.tables)


for listing in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
    listing.cache_clear()
