"""PutEvaluations without its way over the wire, which the recorded runs and the struck calls take."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from botocore.utils import parse_timestamp
from botocore.validate import validate_parameters
from moto.core.utils import get_service_model

from cli.sandbox import ACCOUNT_ID, CREDENTIALS
from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.exchange import HttpRequest
from cli.sandbox.services.config_evaluations import CHANGES, put_evaluations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cli.sandbox import Account

OPERATION = "PutEvaluations"


def store(account: Account, region: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return AWS Config's answer to PutEvaluations with these parameters; raises ClientError.

    botocore's checks and those of the embedded account see them as if they had been sent.
    """
    model = get_service_model("config").operation_model(OPERATION)
    validate_parameters(parameters, model.input_shape)
    evaluations = [{**one, "OrderingTimestamp": _moment(one["OrderingTimestamp"])} for one in parameters["Evaluations"]]
    call = Call(
        service="config",
        operation=model,
        params={**parameters, "Evaluations": evaluations},
        access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        account_id=ACCOUNT_ID,
        region=region,
        request=HttpRequest("POST", "", {}, b""),
        tables=account.tables,
        ordered=account.faults.resources,
        refusal=account.faults.refusal,
    )
    try:
        return dict(put_evaluations(call, lambda _=None: {}))
    except AwsError as error:
        refused: Any = {"Error": {"Code": error.code, "Message": error.message}}
        raise ClientError(refused, OPERATION) from error
    finally:
        call.table(CHANGES).clear()


@cache
def _moment(text: str) -> datetime:
    moment: datetime = parse_timestamp(text)
    return moment
