"""`ai-config-rules generate`: write what is made from the rules, or show how it differs."""

from __future__ import annotations

from pathlib import Path

import click

from cdk.pack import PackError
from cli.documents.generated import README, Generated
from cli.documents.overview import MarkersError
from cli.rule_names import refuse
from cli.status import ExitStatus
from cli.terminal import note, show
from rules.engine.catalogue import all_rules

ROOT = Path(__file__).parents[2]


@click.command("generate")
@click.option("--check", is_flag=True, help="Write nothing; show what differs and exit with 1 if something does.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="The clone of the repository [default: the one that this program runs from].",
)
def command(*, check: bool, root: Path) -> int:
    """Write conformance-pack.yaml, docs/rules and the table of rules in README.md."""
    if not (root / README).is_file():
        refuse(f"--root {str(root)!r}; allowed: a clone of the repository, with its {README}")
    try:
        generated = Generated.of(all_rules(), root)
    except (MarkersError, PackError, TypeError) as error:
        # A TypeError names the rule whose docstring is not a documentation page.
        raise click.ClickException(str(error)) from error
    if not check:
        for path in generated.write():
            note(f"written or removed: {path}")
        return ExitStatus.EVALUATED
    differences = generated.differences()
    if not differences:
        return ExitStatus.EVALUATED
    show(differences)
    note("Generated files are not current; run: ai-config-rules generate")
    return ExitStatus.VIOLATIONS
