import pytest

from rules.criteria.event_patterns import VARIES
from rules.criteria.filter_patterns import matches
from rules.permissions.conditions import Truth

RECORD = {
    "eventSource": "bedrock.amazonaws.com",
    "eventName": "DeleteGuardrail",
    "readOnly": False,
    "managementEvent": True,
    "responseElements": None,
    "size": 12,
    "kinds": ["guardrail", "model"],
    "odd-name": {"in ner": "x"},
    "userIdentity": VARIES,
}


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("", id="the empty pattern"),
        pytest.param("  ", id="blanks"),
        pytest.param('{ $.eventName = "DeleteGuardrail" }', id="a quoted text"),
        pytest.param("{$.eventName=DeleteGuardrail}", id="a bare text without spaces"),
        pytest.param("{ $.eventSource = bedrock.amazonaws.com }", id="a bare text with dots"),
        pytest.param('{ $.eventName = "Delete*" }', id="an asterisk at the end"),
        pytest.param("{ $.eventName = *Guard* }", id="asterisks around"),
        pytest.param('{ $.eventName != "CreateGuardrail" }', id="unequal"),
        pytest.param('{ ($.eventSource = "bedrock.*") && ($.eventName = "DeleteGuardrail") }', id="and"),
        pytest.param(
            '{ ($.eventName = "UpdateGuardrail") || ($.eventName = "DeleteGuardrail") }', id="or, the second holds"
        ),
        pytest.param(
            '{ $.eventName = "DeleteGuardrail" || $.size > 99 && $.size < 1 }', id="and binds more tightly than or"
        ),
        pytest.param('{ (($.eventName = "DeleteGuardrail")) }', id="parentheses in parentheses"),
        pytest.param("{ $.size = 12 }", id="a number"),
        pytest.param("{ $.size = 1.2e1 }", id="a number in another form"),
        pytest.param("{ $.size >= 12 && $.size <= 12 && $.size > 11 && $.size < 13 }", id="comparisons"),
        pytest.param("{ $.readOnly IS FALSE }", id="is false"),
        pytest.param("{ $.managementEvent is true }", id="is true in small letters"),
        pytest.param("{ $.responseElements IS NULL }", id="is null"),
        pytest.param("{ $.errorCode NOT EXISTS }", id="does not exist"),
        pytest.param('{ $.kinds[1] = "model" }', id="an element of a list"),
        pytest.param('{ $["odd-name"]["in ner"] = "x" }', id="names in brackets"),
        pytest.param("{ $.odd-name['in ner'] = x }", id="names in single quotes"),
        pytest.param('{ $.userIdentity.type = "Root" || $.eventName = "DeleteGuardrail" }', id="or what differs"),
    ],
)
def test_matches_every_record(pattern: str) -> None:
    assert matches(pattern, RECORD) is Truth.TRUE


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param('{ $.eventName = "UpdateGuardrail" }', id="another text"),
        pytest.param('{ $.eventName = "deleteguardrail" }', id="the text in another case"),
        pytest.param('{ $.eventName = "Delete" }', id="the beginning of the text"),
        pytest.param('{ $.eventName != "Delete*" }', id="unequal"),
        pytest.param('{ $.eventName = "DeleteGuardrail" && $.eventSource = "s3.amazonaws.com" }', id="and"),
        pytest.param('{ $.errorCode = "*" }', id="a field that is not there"),
        pytest.param("{ $.eventName NOT EXISTS }", id="exists"),
        pytest.param("{ $.readOnly IS TRUE }", id="is true"),
        pytest.param("{ $.size > 12 }", id="greater"),
        pytest.param("{ $.eventName > 12 }", id="greater, of a text"),
        pytest.param("{ $.size = 13 }", id="another number"),
        pytest.param("{ $.size = twelve }", id="a text for a number"),
        pytest.param('{ $.kinds[2] = "model" }', id="beyond the end of a list"),
        pytest.param('{ $.eventName.inner = "x" }', id="deeper than the record"),
    ],
)
def test_matches_no_record(pattern: str) -> None:
    assert matches(pattern, RECORD) is Truth.FALSE


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param('{ $.userIdentity.type = "Root" }', id="a field that differs"),
        pytest.param("{ $.userIdentity.invokedBy NOT EXISTS }", id="existence of such a field"),
        pytest.param("{ $.userIdentity.root IS TRUE }", id="truth of such a field"),
        pytest.param("{ $.userIdentity.count > 1 }", id="order of such a field"),
        pytest.param('{ $.errorCode != "AccessDenied" }', id="unequal, of a field that is not there"),
        pytest.param('{ $.readOnly = "false" }', id="a text for a boolean"),
        pytest.param("{ $.size > large }", id="order against a text"),
        pytest.param("{ $.readOnly WAS FALSE }", id="a word that is not IS before a constant"),
        pytest.param("{ $.readOnly NOT FALSE }", id="NOT before a constant"),
        pytest.param("{ $.readOnly IS EMPTY }", id="IS before what is no constant"),
        pytest.param("{ $.eventName = %Delete.*% }", id="a regular expression"),
        pytest.param('{ $.kinds[*] = "model" }', id="any element of a list"),
        pytest.param("DeleteGuardrail", id="a word"),
        pytest.param("?DeleteGuardrail ?UpdateGuardrail", id="one of several words"),
        pytest.param("[version, account, name = DeleteGuardrail]", id="columns"),
        pytest.param("{ }", id="nothing in braces"),
        pytest.param('{ $.eventName = "DeleteGuardrail" ', id="no closing brace"),
        pytest.param('{ ($.eventName = "DeleteGuardrail" }', id="no closing parenthesis"),
        pytest.param('{ $.eventName = "DeleteGuardrail" $.size = 12 }', id="two conditions without an operator"),
        pytest.param('{ eventName = "DeleteGuardrail" }', id="a name without its dollar"),
        pytest.param("{ $.eventName = }", id="half a condition"),
        pytest.param("{ $.eventName ~ x }", id="an unknown operator"),
        pytest.param("{ $.eventName ( x }", id="a parenthesis for an operator"),
        pytest.param("{ $.eventName = $.eventSource }", id="a field against a field"),
        pytest.param("{ $.eventName = ! }", id="a character that means nothing"),
        pytest.param("{" + "(" * 50 + "$.size = 12" + ")" * 50 + "}", id="too deep"),
    ],
)
def test_matches_some_records_or_cannot_be_told(pattern: str) -> None:
    assert matches(pattern, RECORD) is Truth.DEPENDS
