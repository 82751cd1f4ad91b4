"""What alerts are made of: topics, alarms, metric filters, detectors and where findings go."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

GUARDDUTY = "arn:aws:securityhub:us-east-1:123456789012:product-subscription/aws/guardduty"
PARTNER = "arn:aws:securityhub:us-east-1::product/vendor/scanner"


class TestTopics:
    @pytest.fixture
    def sns(self, account: Account) -> Any:
        return account.session().client("sns")

    @pytest.fixture
    def topic(self, sns: Any) -> str:
        return str(sns.create_topic(Name="alerts")["TopicArn"])

    @staticmethod
    def counted(sns: Any, topic: str) -> tuple[str, str]:
        attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        return attributes["SubscriptionsConfirmed"], attributes["SubscriptionsPending"]

    def test_a_new_topic_has_no_subscription(self, sns: Any, topic: str) -> None:
        assert self.counted(sns, topic) == ("0", "0")

    def test_people_have_to_confirm_and_functions_have_not(self, sns: Any, topic: str) -> None:
        other = sns.create_topic(Name="other")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint="arn:aws:lambda:us-east-1:123456789012:function:f")

        assert self.counted(sns, topic) == ("1", "1")
        assert self.counted(sns, other) == ("0", "0")

    def test_a_subscription_is_confirmed_once(self, sns: Any, topic: str) -> None:
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
        [subscription] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        confirmed = [sns.confirm_subscription(TopicArn=topic, Token="token") for _ in range(2)]

        assert confirmed[0]["SubscriptionArn"] == subscription["SubscriptionArn"]
        assert self.counted(sns, topic) == ("1", "0")


class TestAlarms:
    @pytest.fixture
    def cloudwatch(self, account: Account) -> Any:
        client = account.session().client("cloudwatch")
        for name in ("one", "two"):
            client.put_metric_alarm(
                AlarmName=name,
                Namespace="AWS/Bedrock",
                MetricName="InvocationThrottles",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
        client.put_composite_alarm(AlarmName="both", AlarmRule='ALARM("one") OR ALARM("two")', AlarmActions=["arn"])
        return client

    @staticmethod
    def names(answer: Any) -> dict[str, list[str]]:
        return {
            kind: [alarm["AlarmName"] for alarm in answer.get(kind, ())] for kind in ("MetricAlarms", "CompositeAlarms")
        }

    def test_composite_alarms_are_shown_when_asked_for(self, cloudwatch: Any) -> None:
        every = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])

        assert self.names(cloudwatch.describe_alarms()) == {"MetricAlarms": ["one", "two"], "CompositeAlarms": []}
        assert self.names(every) == {"MetricAlarms": ["one", "two"], "CompositeAlarms": ["both"]}
        assert every["CompositeAlarms"][0]["AlarmRule"] == 'ALARM("one") OR ALARM("two")'
        assert every["CompositeAlarms"][0]["ActionsEnabled"] is True

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"AlarmNames": ["both"]}, ["both"]),
            ({"AlarmNames": ["one"]}, []),
            ({"AlarmNamePrefix": "bo"}, ["both"]),
            ({"AlarmNamePrefix": "x"}, []),
            ({"StateValue": "ALARM"}, []),
        ],
    )
    def test_composite_alarms_are_filtered(self, cloudwatch: Any, wanted: dict[str, Any], found: list[str]) -> None:
        answer = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"], **wanted)

        assert self.names(answer) == {"MetricAlarms": [], "CompositeAlarms": found}

    def test_alarms_come_in_pages(self, cloudwatch: Any, account: Account) -> None:
        account.faults.page_size(1)
        pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])

        assert [[name for kind in self.names(page).values() for name in kind] for page in pages] == [
            ["one"],
            ["two"],
            ["both"],
        ]

    def test_alarms_of_both_types_are_deleted(self, cloudwatch: Any) -> None:
        cloudwatch.delete_alarms(AlarmNames=["both", "two"])

        assert self.names(cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])) == {
            "MetricAlarms": ["one"],
            "CompositeAlarms": [],
        }


class TestMetricFilters:
    @pytest.fixture
    def logs(self, account: Account) -> Any:
        client = account.session().client("logs")
        client.create_log_group(logGroupName="trail")
        for number in range(2):
            client.put_metric_filter(
                logGroupName="trail",
                filterName=f"f{number}",
                filterPattern="",
                metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
            )
        return client

    def test_filters_come_in_pages(self, logs: Any, account: Account) -> None:
        account.faults.page_size(1)
        pages = logs.get_paginator("describe_metric_filters").paginate(logGroupName="trail")

        assert [[each["filterName"] for each in page["metricFilters"]] for page in pages] == [["f0"], ["f1"]]
        assert len(logs.describe_metric_filters()["metricFilters"]) == 1

    def test_a_log_group_that_does_not_exist_has_none(self, logs: Any) -> None:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            logs.describe_metric_filters(logGroupName="trai")


class TestGuardDuty:
    @pytest.fixture
    def guardduty(self, account: Account) -> Any:
        return account.session().client("guardduty")

    @staticmethod
    def features(guardduty: Any, detector_id: str) -> dict[str, str]:
        described = guardduty.get_detector(DetectorId=detector_id)
        return {feature["Name"]: feature["Status"] for feature in described["Features"]}

    @pytest.mark.parametrize(("enabled", "state"), [(True, "ENABLED"), (False, "DISABLED")])
    def test_a_detector_lists_all_features(self, guardduty: Any, *, enabled: bool, state: str) -> None:
        detector_id = guardduty.create_detector(
            Enable=enabled, Features=[{"Name": "AI_PROTECTION", "Status": "ENABLED"}]
        )["DetectorId"]
        features = self.features(guardduty, detector_id)

        assert features["AI_PROTECTION"] == "ENABLED"
        assert features["LAMBDA_NETWORK_LOGS"] == "DISABLED"
        assert features["CLOUD_TRAIL"] == state

    def test_an_account_on_its_own_has_no_administrator(self, guardduty: Any) -> None:
        detector_id = guardduty.create_detector(Enable=True)["DetectorId"]

        assert guardduty.get_administrator_account(DetectorId=detector_id)["Administrator"] == {}

    def test_the_administrator_is_named(self, guardduty: Any) -> None:
        detector_id = guardduty.create_detector(Enable=True)["DetectorId"]
        guardduty.enable_organization_admin_account(AdminAccountId="111122223333")
        administrator = guardduty.get_administrator_account(DetectorId=detector_id)["Administrator"]

        assert administrator == {"AccountId": "111122223333", "RelationshipStatus": "Enabled"}


class TestSecurityHub:
    @pytest.fixture
    def hub(self, account: Account) -> Any:
        return account.session().client("securityhub")

    def test_an_account_without_it_has_no_subscriptions(self, hub: Any) -> None:
        with pytest.raises(ClientError, match="InvalidAccessException"):
            hub.list_enabled_products_for_import()

    def test_findings_of_guardduty_arrive_until_that_is_switched_off(self, hub: Any) -> None:
        hub.enable_security_hub()
        before = hub.list_enabled_products_for_import()["ProductSubscriptions"]
        hub.disable_import_findings_for_product(ProductSubscriptionArn=GUARDDUTY)

        assert GUARDDUTY in before
        assert GUARDDUTY not in hub.list_enabled_products_for_import()["ProductSubscriptions"]
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            hub.disable_import_findings_for_product(ProductSubscriptionArn=GUARDDUTY)

    def test_findings_of_a_partner_arrive_when_that_is_switched_on(self, hub: Any) -> None:
        hub.enable_security_hub()
        arn = hub.enable_import_findings_for_product(ProductArn=PARTNER)["ProductSubscriptionArn"]

        assert arn == "arn:aws:securityhub:us-east-1:123456789012:product-subscription/vendor/scanner"
        assert arn in hub.list_enabled_products_for_import()["ProductSubscriptions"]
