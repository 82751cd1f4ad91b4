import boto3
import botocore.regions
import pytest
from botocore.hooks import EventAliaser, HierarchicalEmitter
from werkzeug.routing import Map, Rule

from cli.sandbox import Account
from cli.sandbox.account import REGION


def test_clients_of_the_account_share_their_class_and_no_handlers(account: Account) -> None:
    one, other = account.session().client("sts"), account.session("eu-central-1").client("sts")
    seen: list[str] = []
    one.meta.events.register("before-call.sts", lambda **_: seen.append("called"))
    other.get_caller_identity()
    assert type(one) is type(other)
    assert seen == []
    one.get_caller_identity()
    assert seen == ["called"]


def test_what_boto3_adds_to_a_client_is_there_in_every_session(account: Account) -> None:
    for region in (REGION, "eu-central-1"):
        assert callable(account.session(region).client("s3").upload_file)


def test_other_sessions_keep_classes_of_their_own(account: Account) -> None:
    other = boto3.session.Session(region_name=REGION).client("sts")
    assert type(other) is not type(account.session().client("sts"))
    assert other.get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize(
    ("service", "region", "host"),
    [
        ("s3", "us-east-1", "https://s3.amazonaws.com"),
        ("s3", "eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
        ("s3control", "eu-central-1", "https://s3-control.eu-central-1.amazonaws.com"),
        ("kms", "cn-north-1", "https://kms.cn-north-1.amazonaws.com.cn"),
        ("iam", "eu-central-1", "https://iam.amazonaws.com"),
    ],
)
def test_shared_endpoint_rules_keep_services_and_regions_apart(
    account: Account, service: str, region: str, host: str
) -> None:
    for _ in range(2):
        assert account.session(region).client(service).meta.endpoint_url == host


def test_endpoint_rules_are_read_once_for_each_set_of_ignored_parameters() -> None:
    rules = {"version": "1.0", "parameters": {}, "rules": []}
    provider = botocore.regions.EndpointProvider
    assert provider(rules, {}) is provider(rules, {})
    assert provider(rules, {}) is not provider(rules, {}, {"Prefix"})
    assert provider(rules, {}) is not provider(dict(rules), {})


def test_aliases_of_events_are_those_of_botocore_or_ones_own() -> None:
    heard: list[str] = []
    emitter = HierarchicalEmitter()
    emitter.register("before-call.cloudwatch-logs", lambda **_: heard.append("by botocore's alias"))
    emitter.register("before-call.own", lambda **_: heard.append("by an alias of one's own"))
    EventAliaser(emitter).emit("before-call.logs")
    EventAliaser(emitter, {"logs": "own"}).emit("before-call.logs")
    assert heard == ["by botocore's alias", "by an alias of one's own"]


def test_paths_are_matched_and_never_built() -> None:
    adapter = Map([Rule("/functions/<name>", endpoint="GetFunction")]).bind("lambda.us-east-1.amazonaws.com")
    assert adapter.match("/functions/claims") == ("GetFunction", {"name": "claims"})
    with pytest.raises(NotImplementedError, match="not built"):
        adapter.build("GetFunction", {"name": "claims"})
