"""The program `ai-config-rules`: its commands, its errors and its exit status."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click
from click.shell_completion import CompletionItem

from cli.status import ExitStatus
from cli.terminal import note
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

NAME = "ai-config-rules"

EXAMPLES = """\
\b
Examples:
  ai-config-rules demo                      judge an embedded example account
  ai-config-rules check                     judge the account of your credentials
  ai-config-rules check --profile audit --region eu-central-1 --fail-on high
  ai-config-rules check --format json --output report.json
  ai-config-rules diff yesterday.json report.json --fail-on-new high
  ai-config-rules evidence --output evidence-2026-11
  ai-config-rules explain bedrock-model-cmk-encrypted

\b
Completion in your shell:
  eval "$(_AI_CONFIG_RULES_COMPLETE=bash_source ai-config-rules)"   (or zsh_source, fish_source)

\b
Exit status:
  0  every rule was evaluated, nothing at or above --fail-on
  1  something at or above --fail-on
  2  wrong usage, or no credentials
  3  some rule could not be evaluated
"""


@dataclass(frozen=True)
class Entry:
    """A command that is imported only when it is used: the AWS SDK alone takes longer than showing help."""

    module: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "check": Entry("cli.commands.check", "Judge an AWS account, reading only."),
    "demo": Entry("cli.commands.demo", "Judge an embedded example account; needs no credentials."),
    "diff": Entry("cli.commands.diff", "Show what changed between two JSON reports of check."),
    "baseline": Entry("cli.commands.baseline", "Write a first file of known violations that somebody accepts."),
    "evidence": Entry("cli.commands.evidence", "Write an evidence pack for auditors, with hashes."),
    "rehearse": Entry("cli.commands.rehearse", "Deploy into an embedded account and run every function's real asset."),
    "status": Entry("cli.commands.status", "Say whether a deployed pack works."),
    "cost": Entry("cli.commands.cost", "Estimate what a deployment costs a month, and what would lower it."),
    "list": Entry("cli.commands.list_rules", "List the rules."),
    "explain": Entry("cli.commands.explain", "Show why a rule exists, what it takes and how to fix violations."),
    "explain-access": Entry("cli.commands.explain_access", "Show why a principal may use models, and what would do."),
    "generate": Entry("cli.commands.generate", "Write the conformance pack and the documentation of the rules."),
    "sandbox": Entry("cli.commands.sandbox", "Serve the embedded account for AWS_ENDPOINT_URL."),
}


class Program(click.Group):
    """A group that imports the command that is used and no other, and says errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None for an unknown name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", import_module(COMMANDS[cmd_name].module).command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; raises UsageError naming those that there are."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise click.UsageError(f"there is no command {args[0]!r}{hint}; allowed: {', '.join(COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin like this without importing them, and the group's own options."""
        commands = [
            CompletionItem(name, help=entry.summary) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - the same
        **extra: Any,
    ) -> NoReturn:
        """Run the program and exit; every error is one line on standard error."""
        del standalone_mode
        try:
            extra["windows_expand_args"] = windows_expand_args
            status = super().main(args, prog_name or NAME, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = error.exit_code
        except click.ClickException as error:
            note(f"{NAME}: {printable(error.format_message())}")
            status = error.exit_code
        except click.Abort:
            note(f"{NAME}: interrupted")
            status = ExitStatus.INTERRUPTED
        sys.exit(status if isinstance(status, int) else ExitStatus.EVALUATED)


@click.group(
    NAME,
    cls=Program,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name=NAME, prog_name=NAME)
def program() -> None:
    """
    Prove the customer's side of the shared responsibility model for AI on AWS.

    The rules judge model invocation logging, access to models, private connectivity, encryption keys and more.
    What the terminal judges is what AWS Config judges once the rules are deployed: they are the same rules.
    """


def main() -> NoReturn:
    """Run the program as the console script; a defect of its own ends it with a traceback and NOT_EVALUATED."""
    sys.excepthook = _defect
    # AWS's service models are a million objects that stay; to look for garbage among them takes a quarter of a check.
    gc.set_threshold(50_000, 20, 100)
    try:
        program()
    except SystemExit as end:
        if end.code == ExitStatus.INTERRUPTED:
            # Calls to AWS that are still under way would be waited for.
            sys.stdout.flush()
            os._exit(ExitStatus.INTERRUPTED)
        # The same objects would be looked through once more at the end.
        gc.freeze()
        raise
    raise AssertionError("the program ends by exiting")


def _defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """End the program: Python would exit with 1, which scripts take for violations."""
    traceback.print_exception(kind, error, trace)
    note(f"{NAME}: this is a defect of the program; nothing was evaluated")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitStatus.NOT_EVALUATED)


if __name__ == "__main__":
    main()
