"""AWS::SSM::Document in CloudFormation stacks."""

import json
from typing import Any

from moto.ssm.models import Document

from cli.sandbox.operations import replacement

_new_document = Document.__init__


@replacement(
    Document,
    "__init__",
    reason="A template may hold a document as an object, of which AWS makes a text; moto answers Python's notation.",
)
def _document(
    self: Document, account_id: str, name: str, version_name: str, content: Any, *rest: Any, **named: Any
) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    _new_document(self, account_id, name, version_name, text, *rest, **named)
