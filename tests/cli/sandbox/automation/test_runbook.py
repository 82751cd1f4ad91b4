import json
from typing import Any

import pytest

from cli.sandbox.automation.runbook import RunbookError, given, parsed
from tests.cli.sandbox.automation.runbooks import LOCATE, document


def test_parameters_are_typed() -> None:
    runbook = parsed(json.dumps(document()))
    texts = {"Bucket": ["logs"], "Often": ["2"], "Loud": ["True"], "Names": ["a", "b"], "Tags": ['{"a": "b"}']}

    assert given(runbook, texts) == {
        "Bucket": "logs",
        "Often": 2,
        "Loud": True,
        "Names": ["a", "b"],
        "Tags": {"a": "b"},
    }
    assert given(runbook, {"Bucket": ["logs"]})["Often"] == 1


@pytest.mark.parametrize(
    ("texts", "refusal"),
    [
        ({}, "The parameter Bucket is required."),
        ({"Bucket": ["logs"], "Other": ["x"]}, "The parameters Other are not defined in the document."),
        ({"Bucket": ["LOGS"]}, r"The value of Bucket does not match \[a-z\]\+."),
        ({"Bucket": ["a", "b"]}, "The parameter Bucket takes one value."),
        ({"Bucket": ["logs"], "Often": ["3"]}, "The value of Often is not among the allowed values."),
        ({"Bucket": ["logs"], "Often": ["x"]}, "The parameter Often is a whole number."),
        ({"Bucket": ["logs"], "Loud": ["yes"]}, "The parameter Loud is true or false."),
    ],
)
def test_wrong_parameters_are_refused(texts: dict[str, list[str]], refusal: str) -> None:
    with pytest.raises(RunbookError, match=refusal):
        given(parsed(json.dumps(document())), texts)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param("{", "The document cannot be read", id="no document"),
        pytest.param("[]", "no runbook of schema version 0.3", id="no runbook"),
        pytest.param(document(schemaVersion="2.2"), "no runbook of schema version 0.3", id="another kind"),
        pytest.param(document(files={}), "does not know files of the document", id="unknown section"),
        pytest.param(document(LOCATE | {"onCancel": "Abort"}), "does not know onCancel of Locate", id="unknown member"),
        pytest.param(document(LOCATE | {"onFailure": "Cancel"}), "Locate has onFailure Cancel", id="unknown failure"),
        pytest.param(document(LOCATE | {"nextStep": "None_"}), "Locate leads to None_", id="no such step"),
        pytest.param(document(LOCATE, LOCATE), "Two steps have the same name", id="two alike"),
        pytest.param(document(LOCATE | {"name": "a b"}), "'a b' is no name of a step", id="no name"),
    ],
)
def test_documents_that_are_not_understood_are_refused(content: Any, refusal: str) -> None:
    with pytest.raises(RunbookError, match=refusal):
        parsed(content if isinstance(content, str) else json.dumps(content))
