"""`ai-config-rules generate`: write what is made from the rules, or show how it differs."""

from __future__ import annotations

import re
from pathlib import Path

import boto3
import click
from botocore.exceptions import UnknownRegionError

from cdk.pack import PackError, Place, as_yaml, check_limits, literal_pack
from cli.documents.generated import README, Generated
from cli.documents.overview import MarkersError
from cli.rule_names import refuse
from cli.selection import settings_from
from cli.status import ExitStatus
from cli.terminal import note, show
from rules.engine.catalogue import all_rules

ROOT = Path(__file__).parents[2]
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("generate")
@click.option("--check", is_flag=True, help="Write nothing; show what differs and exit with 1 if something does.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="The clone of the repository [default: the one that this program runs from].",
)
@click.option(
    "--pack-for",
    metavar="ACCOUNT/REGION",
    help="Write nothing; print the pack with the ARNs of that account's functions, and the settings, filled in.",
)
@click.option(
    "--settings", type=FILE, help="With --pack-for: the settings of the deployment [default: as deployment has it]."
)
def command(*, check: bool, root: Path, pack_for: str | None, settings: Path | None) -> int:
    """Write conformance-pack.yaml, docs/rules, docs/duties.md, docs/frameworks.md and the table in README.md."""
    if pack_for is not None:
        show(_literal_pack(pack_for, settings))
        return ExitStatus.EVALUATED
    if settings is not None:
        refuse("--settings is for --pack-for; the generated files have the rules' own defaults")
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


def _literal_pack(place: str, settings: Path | None) -> str:
    """Return the pack for one account and Region as YAML; ends the command for what is no such place."""
    account_id, _, region = place.partition("/")
    try:
        partition = boto3.session.Session().get_partition_for_region(region)
    except UnknownRegionError:
        partition = None
    if partition is None or not re.fullmatch(r"\d{12}", account_id):
        refuse(f"--pack-for {place!r}; allowed: a 12-digit account id and a Region, such as 123456789012/eu-central-1")
    pack = literal_pack(settings_from(settings), Place(account_id, region, partition))
    check_limits(pack)
    return as_yaml(pack)
