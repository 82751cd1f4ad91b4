"""Policies of which nothing is concluded: by themselves, so that whoever tells of them needs nothing else."""


class MalformedPolicyError(Exception):
    """
    A policy document that IAM would not have stored, so nothing can be concluded from it.

    Not a ValueError on purpose: rdklib answers a ValueError with a green invocation.
    """


class UndecidedError(Exception):
    """A question whose search was given up: its patterns are so intertwined that it could take for ever."""

    def __init__(self) -> None:
        super().__init__("the patterns of the policy are so intertwined that telling them apart takes too long")
