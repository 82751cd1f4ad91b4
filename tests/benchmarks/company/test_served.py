import pytest

from benchmarks.company import COMPANY, served
from cli.sandbox import REGION
from cli.sandbox.account import session_at


@pytest.mark.slow
def test_other_processes_reach_a_served_company() -> None:
    with served("company", times=0.01) as endpoint:
        roles = session_at(endpoint, REGION).client("iam").list_roles()["Roles"]
    assert len(roles) == COMPANY.times(0.01).roles
    assert {role["RoleName"].partition("-")[0] for role in roles} == {"function", "bedrock", "service"}


@pytest.mark.slow
def test_a_company_that_cannot_start_says_so() -> None:
    with pytest.raises(ChildProcessError, match=r"--size nowhere --times 1\.0 has not started"), served("nowhere"):
        pass
