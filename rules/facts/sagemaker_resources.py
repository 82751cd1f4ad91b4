"""What all Amazon SageMaker AI resources have in common: tags, and a way to say that they are gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from rules.engine.errors import error_code
from rules.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.engine.aws import Aws

T = TypeVar("T")

# SageMaker has one code for every request that it refuses, and says in words that something is not there.
NOT_THERE = Expression(r"could not find|not found|does not exist", re.IGNORECASE)

GONE_CODES = frozenset({"ResourceNotFound", "RecordNotFound"})


def is_gone(error: ClientError) -> bool:
    """Say whether SageMaker answered that the thing which a request names does not exist."""
    message = str(error.response["Error"].get("Message", ""))
    return error_code(error) in ("ValidationException", "ResourceNotFound") and bool(NOT_THERE.search(message))


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


def tags(aws: Aws, arn: str) -> Mapping[str, str]:
    """
    Return the tags of a resource, which only exempt it: {} where no rule exempts by tag.

    The caller declares sagemaker:ListTags on resources of its type.
    """

    def read() -> dict[str, str]:
        pages = aws.client("sagemaker").get_paginator("list_tags").paginate(ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    return aws.tags(arn, read)
