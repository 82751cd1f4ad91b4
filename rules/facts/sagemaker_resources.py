"""What all Amazon SageMaker AI resources have in common: tags, and a way to say that they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from rules.engine.errors import error_code
from rules.facts.sagemaker_models import is_gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.engine.aws import Aws

T = TypeVar("T")

GONE_CODES = frozenset({"ResourceNotFound", "RecordNotFound"})


def unless_gone(read: Callable[[], T]) -> T | None:
    """Return what `read` returns, None where SageMaker answers that the thing it asks for does not exist."""
    try:
        return read()
    except ClientError as error:
        # Notebook instances have a code of their own in the words of the common one.
        message = str(error.response["Error"].get("Message", ""))
        if error_code(error) in GONE_CODES or is_gone(error) or "RecordNotFound" in message:
            return None
        raise


def tags(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of a resource; the caller declares sagemaker:ListTags on resources of its type."""
    pages = aws.client("sagemaker").get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
