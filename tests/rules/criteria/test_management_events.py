import pytest

from rules.criteria.management_events import records_write
from rules.facts.cloudtrail import AdvancedSelector, BasicSelector, FieldSelector, Selector, Trail
from rules.permissions.conditions import Truth

TRAIL = Trail(
    arn="arn:aws:cloudtrail:us-east-1:123456789012:trail/all",
    name="all",
    home_region="us-east-1",
    multi_region=True,
    organization=False,
    logging=True,
    delivery_error=None,
    log_group_arn=None,
    log_group_error=None,
    selectors=(),
)


def advanced(**conditions: dict[str, tuple[str, ...]]) -> AdvancedSelector:
    category = FieldSelector("eventCategory", (("Equals", ("Management",)),))
    others = (FieldSelector(name.replace("_", "."), tuple(each.items())) for name, each in conditions.items())
    return AdvancedSelector((category, *others))


DATA = AdvancedSelector((FieldSelector("eventCategory", (("Equals", ("Data",)),)),))


@pytest.mark.parametrize(
    ("selectors", "truth"),
    [
        pytest.param((BasicSelector("All", management=True),), Truth.TRUE, id="all management events"),
        pytest.param((BasicSelector("WriteOnly", management=True),), Truth.TRUE, id="writes"),
        pytest.param((BasicSelector("ReadOnly", management=True),), Truth.FALSE, id="reads"),
        pytest.param((BasicSelector("All", management=False),), Truth.FALSE, id="data events only"),
        pytest.param(
            (BasicSelector("All", management=True, excluded=("kms.amazonaws.com",)),), Truth.TRUE, id="without AWS KMS"
        ),
        pytest.param(
            (BasicSelector("All", management=True, excluded=("bedrock.amazonaws.com",)),),
            Truth.FALSE,
            id="without the service",
        ),
        pytest.param((), Truth.FALSE, id="no selector"),
        pytest.param(None, Truth.DEPENDS, id="hidden selectors"),
        pytest.param((advanced(),), Truth.TRUE, id="advanced, all management events"),
        pytest.param((DATA,), Truth.FALSE, id="advanced, data events"),
        pytest.param((DATA, advanced()), Truth.TRUE, id="advanced, data and management events"),
        pytest.param((advanced(readOnly={"Equals": ("false",)}),), Truth.TRUE, id="advanced, writes"),
        pytest.param((advanced(readOnly={"Equals": ("true",)}),), Truth.FALSE, id="advanced, reads"),
        pytest.param(
            (advanced(eventSource={"NotEquals": ("kms.amazonaws.com", "rdsdata.amazonaws.com")}),),
            Truth.TRUE,
            id="advanced, without other services",
        ),
        pytest.param(
            (advanced(eventSource={"NotEquals": ("bedrock.amazonaws.com",)}),), Truth.FALSE, id="advanced, without it"
        ),
        pytest.param(
            (advanced(eventName={"StartsWith": ("Create", "Delete")}),), Truth.TRUE, id="advanced, by the beginning"
        ),
        pytest.param((advanced(eventName={"EndsWith": ("Model",)}),), Truth.FALSE, id="advanced, by the end"),
        pytest.param((advanced(eventName={"NotStartsWith": ("Delete",)}),), Truth.FALSE, id="advanced, not so begun"),
        pytest.param(
            (advanced(userIdentity_arn={"NotStartsWith": ("arn:aws:iam",)}),), Truth.DEPENDS, id="advanced, by caller"
        ),
        pytest.param((advanced(eventName={"Like": ("D*",)}),), Truth.DEPENDS, id="advanced, an unknown operator"),
        pytest.param(
            (advanced(eventName={"StartsWith": ("Delete",), "NotEndsWith": ("Guardrail",)}),),
            Truth.DEPENDS,
            id="advanced, operators that disagree",
        ),
    ],
)
def test_tells_whether_a_trail_records_a_call(selectors: tuple[Selector, ...] | None, truth: Truth) -> None:
    trail = Trail(**vars(TRAIL) | {"selectors": selectors})

    assert records_write(trail, "bedrock.amazonaws.com", "DeleteGuardrail") is truth
