from dataclasses import replace

import pytest

from rules.criteria.environments import environment_key_defect
from rules.engine.resource import Resource
from rules.facts.lambda_environments import FunctionEnvironment
from tests.rules.criteria.test_keys import KEY

FUNCTION = Resource("AWS::Lambda::Function", "ask", "ask", "arn:aws:lambda:eu-west-1:123456789012:function:ask")
KEYED = FunctionEnvironment(FUNCTION, {}, calls_models=True, variables=2, key_name=KEY.arn, key=KEY)


@pytest.mark.parametrize(
    ("environment", "defect"),
    [
        pytest.param(KEYED, None, id="a usable key"),
        pytest.param(
            replace(KEYED, key_name=None, key=None),
            "The variables are under a key that AWS manages; a customer-managed key is wanted.",
            id="no key of the customer's",
        ),
        pytest.param(
            replace(KEYED, key=replace(KEY, state="Disabled")),
            f"The variables are under {KEY.arn}, whose state is Disabled; Enabled is wanted.",
            id="a disabled key",
        ),
        pytest.param(replace(KEYED, variables=0, key_name=None, key=None), None, id="nothing to encrypt"),
    ],
)
def test_judges_the_key_of_the_variables(environment: FunctionEnvironment, defect: str | None) -> None:
    assert environment_key_defect(environment) == defect
