"""`ai-config-rules sandbox`: serve the embedded account for other programs."""

from __future__ import annotations

import signal
import threading

import click

from cli.sandbox import EmbeddedAccount
from cli.sandbox.company.aurelia import KINDS, build
from cli.terminal import note, show

EXAMPLES = """\
\b
Example:
  ai-config-rules sandbox > sandbox.env &
  set -a; . ./sandbox.env; set +a
  ai-config-rules check
"""


@click.command("sandbox", epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port on loopback [default: any free one].")
@click.option(
    "--company",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="Good and bad resources, only good ones, or an empty account.",
)
def command(*, port: int, company: str) -> None:
    """
    Serve the embedded account over HTTP on loopback until interrupted.

    Prints the environment that other programs, this one included, need to reach it.
    """
    ended = threading.Event()
    try:
        account = EmbeddedAccount(port)
    except OSError as error:
        raise click.UsageError(f"--port {port}: {error.strerror}; allowed: a free port, or 0 for any") from error
    with account:
        build(account, company)
        account.calls.clear()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_number, lambda *_: ended.set())
        show("".join(f"{name}={value}\n" for name, value in account.environment().items()))
        note(f"The embedded account answers at {account.endpoint_url}; end it with Ctrl+C.")
        ended.wait()
