from pathlib import Path

import pytest

from cdk.given import SettingsError
from cdk.organization_settings import Organization
from cdk.settings import Settings, read_settings
from tests.cdk.example_rules import RULES

REGIONS = 'regions = ["us-east-1", "eu-central-1"]\n'
WHOLE = """
[organization]
id = "o-a1b2c3d4e5"
administrator = "111122223333"
targets = ["ou-ab12-cdef3456"]
"""


def settings_in(folder: Path, text: str) -> Settings:
    file = folder / "audit.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(RULES, file=file)


def test_without_it_there_is_one_account(tmp_path: Path) -> None:
    assert settings_in(tmp_path, REGIONS).organization is None


def test_reads_who_deploys_to_whom(tmp_path: Path) -> None:
    assert settings_in(tmp_path, REGIONS + WHOLE).organization == Organization(
        "o-a1b2c3d4e5", "111122223333", ("ou-ab12-cdef3456",), delegated=True, aggregator=False
    )


def test_reads_the_switches(tmp_path: Path) -> None:
    found = settings_in(tmp_path, f"{REGIONS}{WHOLE}delegatedAdministrator = false\naggregator = true\n").organization

    assert found is not None
    assert (found.delegated, found.aggregator) == (False, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            WHOLE,
            "audit.toml: regions is missing; stack sets deploy to the Regions that it names",
            id="no Regions",
        ),
        pytest.param(
            f'{REGIONS}[organization]\nid = "o-a1b2c3d4e5"',
            "audit.toml: organization.administrator is missing; an organization needs id, administrator and targets",
            id="no administrator",
        ),
        pytest.param(
            REGIONS + WHOLE.replace("o-a1b2c3d4e5", "acme"),
            "audit.toml: organization.id = 'acme'; allowed: an organization's id such as o-a1b2c3d4e5",
            id="no organization's id",
        ),
        pytest.param(
            REGIONS + WHOLE.replace('"111122223333"', "111122223333"),
            "audit.toml: organization.administrator = 111122223333; allowed: an account id of 12 digits, as a text",
            id="account as a number",
        ),
        pytest.param(
            REGIONS + WHOLE.replace("ou-ab12-cdef3456", "444455556666"),
            "audit.toml: organization.targets = '444455556666'; allowed: ids of roots (r-...) and organizational units "
            "(ou-...)",
            id="account as a target",
        ),
        pytest.param(
            REGIONS + WHOLE.replace('["ou-ab12-cdef3456"]', "[]"),
            "audit.toml: organization.targets = []; allowed: one root or organizational unit or more, each once",
            id="no target",
        ),
        pytest.param(
            f"{REGIONS}{WHOLE}aggregator = 1\n",
            "audit.toml: organization.aggregator = 1; allowed: true, false",
            id="switch that is no switch",
        ),
    ],
)
def test_refuses_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_in(tmp_path, text)

    assert str(caught.value) == message
