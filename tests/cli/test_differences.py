import pytest

from cli.differences import Change, Differences, Gap, Kind, differences
from cli.report_file import StoredReport, Where
from cli.status import ExitStatus
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance
from tests.cli.stored_reports import HERE, IAM, KNOWN, MODELS, THERE, judged, missed, stored

GOOD = judged("app", Compliance.COMPLIANT, said="It is good.")
UNUSED = judged("app", Compliance.NOT_APPLICABLE, said="It is not used.")
BAD = judged("app")
WORSE = judged("app", said="It is worse.")
TAKEN = judged("app", accepted=KNOWN)
NOTHING = judged("account", Compliance.NOT_APPLICABLE, said="There are none.")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        pytest.param(GOOD, BAD, Kind.APPEARED, id="good, then bad"),
        pytest.param(UNUSED, BAD, Kind.APPEARED, id="not applicable, then bad"),
        pytest.param(NOTHING, BAD, Kind.APPEARED, id="not there, then bad"),
        pytest.param(TAKEN, BAD, Kind.APPEARED, id="accepted, then no longer"),
        pytest.param(BAD, GOOD, Kind.FIXED, id="bad, then good"),
        pytest.param(BAD, UNUSED, Kind.FIXED, id="bad, then not applicable"),
        pytest.param(BAD, NOTHING, Kind.FIXED, id="bad, then gone"),
        pytest.param(TAKEN, GOOD, Kind.FIXED, id="accepted, then good"),
        pytest.param(BAD, WORSE, Kind.CHANGED, id="bad in another way"),
        pytest.param(BAD, TAKEN, Kind.ACCEPTED, id="bad, then accepted"),
        pytest.param(GOOD, TAKEN, Kind.ACCEPTED, id="good, then bad and accepted"),
        pytest.param(NOTHING, TAKEN, Kind.ACCEPTED, id="not there, then bad and accepted"),
        pytest.param(BAD, BAD, None, id="bad as before"),
        pytest.param(TAKEN, TAKEN, None, id="accepted as before"),
        pytest.param(GOOD, UNUSED, None, id="good, then not applicable"),
        pytest.param(GOOD, NOTHING, None, id="good, then gone"),
        pytest.param(NOTHING, GOOD, None, id="not there, then good"),
    ],
)
def test_kinds_of_change(old: object, new: object, kind: Kind | None) -> None:
    found = differences(stored(old), stored(new))  # type: ignore[arg-type]  # pytest's tables are not typed

    assert [change.kind for change in found.changes] == ([kind] if kind else [])
    assert found.gaps == ()
    assert found.unchanged == (1 if old is new and old is BAD else 0)


def test_keeps_what_was_said_before_and_now() -> None:
    found = differences(stored(BAD, judged("gone")), stored(WORSE))

    assert found.changes == (Change(Kind.CHANGED, BAD, WORSE), Change(Kind.FIXED, judged("gone"), None))
    assert [change.one for change in found.changes] == [WORSE, judged("gone")]


@pytest.mark.parametrize(
    ("new", "gap"),
    [
        pytest.param(
            stored(errors=[missed()]),
            Gap(HERE, MODELS, None, "AccessDenied: ListCustomModels: no", 1),
            id="rule failed",
        ),
        pytest.param(
            stored(GOOD, errors=[missed(name="batch")]),
            Gap(HERE, MODELS, "id-batch", "AccessDenied: ListCustomModels: no", 1),
            id="resource unreadable",
        ),
        pytest.param(
            stored(places=[THERE]),
            Gap(HERE, MODELS, None, "The newer report is not about this account and Region.", 1),
            id="another place",
        ),
        pytest.param(
            stored(judged("role", rule=IAM)),
            Gap(HERE, MODELS, None, "The newer report is not about this rule.", 1),
            id="another rule",
        ),
    ],
)
def test_what_is_not_evaluated_again_is_not_fixed(new: StoredReport, gap: Gap) -> None:
    found = differences(stored(GOOD, judged("batch")), new)

    assert found.of(Kind.FIXED) == ()
    assert found.gaps == (gap,)
    assert found.status(None) is ExitStatus.NOT_EVALUATED


def test_a_rule_on_iam_may_move_to_another_region() -> None:
    old = stored(judged("role", rule=IAM), judged("gone", rule=IAM))
    new = stored(judged("role", rule=IAM, where=THERE), places=[THERE])
    found = differences(old, new)

    assert [(change.kind, change.one.resource_name) for change in found.changes] == [(Kind.FIXED, "gone")]
    assert (found.unchanged, found.gaps) == (1, ())


def test_a_rule_on_iam_does_not_move_to_another_account() -> None:
    other = Where("444455556666", "us-east-1")
    found = differences(stored(judged("role", rule=IAM)), stored(judged("role", rule=IAM, where=other), places=[other]))

    assert [change.kind for change in found.changes] == [Kind.APPEARED]
    assert [gap.where for gap in found.gaps] == [Where("123456789012", "*")]


def test_the_same_resource_in_two_regions_is_two() -> None:
    both = [HERE, THERE]
    old = stored(BAD, judged("app", where=THERE), places=both)
    found = differences(old, stored(BAD, judged("app", Compliance.COMPLIANT, where=THERE), places=both))

    assert [(change.kind, change.one.where) for change in found.changes] == [(Kind.FIXED, THERE)]
    assert found.unchanged == 1


def test_of_two_verdicts_on_one_resource_the_violation_counts() -> None:
    assert differences(stored(GOOD), stored(BAD, GOOD)).of(Kind.APPEARED) == (Change(Kind.APPEARED, GOOD, BAD),)
    assert differences(stored(GOOD, BAD), stored(GOOD)).of(Kind.FIXED) == (Change(Kind.FIXED, BAD, GOOD),)


def test_the_gravest_come_first() -> None:
    new = stored(judged("a", severity=Severity.LOW), judged("b", severity=Severity.CRITICAL), judged("c"))

    assert [change.one.resource_name for change in differences(stored(), new).changes] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("found", "fail_on_new", "status"),
    [
        pytest.param(differences(stored(GOOD), stored(BAD)), None, ExitStatus.EVALUATED, id="nothing asked"),
        pytest.param(
            differences(stored(GOOD), stored(BAD)), Severity.HIGH, ExitStatus.VIOLATIONS, id="of the severity"
        ),
        pytest.param(differences(stored(GOOD), stored(BAD)), Severity.LOW, ExitStatus.VIOLATIONS, id="above it"),
        pytest.param(differences(stored(GOOD), stored(BAD)), Severity.CRITICAL, ExitStatus.EVALUATED, id="below it"),
        pytest.param(differences(stored(BAD), stored(BAD)), Severity.LOW, ExitStatus.EVALUATED, id="not new"),
        pytest.param(differences(stored(BAD), stored(WORSE)), Severity.LOW, ExitStatus.EVALUATED, id="changed"),
        pytest.param(differences(stored(GOOD), stored(TAKEN)), Severity.LOW, ExitStatus.EVALUATED, id="accepted"),
        pytest.param(
            differences(stored(GOOD), stored(BAD, errors=[missed(IAM)])),
            Severity.LOW,
            ExitStatus.NOT_EVALUATED,
            id="an error that was there before may hide more",
        ),
    ],
)
def test_exit_status(found: Differences, fail_on_new: Severity | None, status: ExitStatus) -> None:
    assert found.status(fail_on_new) is status


def test_a_report_has_no_differences_to_itself() -> None:
    whole = stored(GOOD, judged("batch"), judged("taken", accepted=KNOWN), errors=[missed(IAM)])

    assert differences(whole, whole) == Differences((), (), 1, 1)
