"""What the program's exit status says; scripts rely on it."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit statuses; `NOT_EVALUATED` wins over `VIOLATIONS`, because a rule that failed may hide more."""

    EVALUATED = 0
    """Every rule was evaluated, and nothing is at or above `--fail-on`."""
    VIOLATIONS = 1
    """Something is at or above `--fail-on`, or a generated file is not current."""
    USAGE = 2
    """Wrong usage, or no credentials."""
    NOT_EVALUATED = 3
    """Some rule could not be evaluated."""
    INTERRUPTED = 130
    """Ended by SIGINT, as shells number it."""
    READER_GONE = 141
    """Whoever read standard output closed it, as shells number SIGPIPE."""
