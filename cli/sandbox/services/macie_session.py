"""Amazon Macie: whether it is on in a Region."""

from typing import Final

from moto.macie2.models import MacieBackend, macie2_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, operation, replacement
from cli.sandbox.shelves import Shelf

_REASON: Final = (
    "Where Macie is off every call is refused; moto does not know the session, or answers as if it were on."
)
_moto_init: Final = MacieBackend.__init__


@replacement(
    MacieBackend, "__init__", reason="Macie is off until somebody enables it; moto's is on from the beginning."
)
def start_off(self: MacieBackend, region_name: str, account_id: str) -> None:
    """Make a Region where Macie was never enabled."""
    _moto_init(self, region_name, account_id)
    self.macie_session = None


def require_enabled(call: Call) -> None:
    """Refuse the call where Macie is off.

    Raises:
        AwsError: Macie was never enabled in the Region, or was disabled again.

    """
    if not macie2_backends[call.account_id][call.region].macie_session:
        raise AwsError("AccessDeniedException", "Macie is not enabled.", 403)


@amendment("macie2", "GetMacieSession", reason=_REASON)
def get_macie_session(call: Call, moto: Moto) -> Result:
    """Return the status of Macie."""
    require_enabled(call)
    return moto()


@amendment("macie2", "GetAdministratorAccount", reason=_REASON)
def get_administrator_account(call: Call, moto: Moto) -> Result:
    """Return who manages this account's Macie, nothing where nobody does."""
    require_enabled(call)
    return moto()


@operation("macie2", "UpdateMacieSession")
def update_macie_session(call: Call) -> Result:
    """Suspend Macie, which cancels all jobs, or resume it."""
    require_enabled(call)
    session = macie2_backends[call.account_id][call.region].macie_session
    if session is not None:
        session.update(call.params)
    if call.params.get("status") == "PAUSED":
        for job in Shelf("macie2", "classification job", ("jobId",)).inside(call):
            job["jobStatus"] = "CANCELLED" if job["jobStatus"] != "COMPLETE" else "COMPLETE"
    return {}
