"""Which forms of ARN a Resource pattern reaches, whether it names the resource there, and an example."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rules.frozen import dataclass
from rules.permissions.domains import ArnForm, Domain
from rules.permissions.languages import Part
from rules.permissions.patterns import Glob, Wildcard
from rules.permissions.searches import may_meet
from rules.permissions.shapes import shape_pattern

_REGIONS: Final = {
    "aws": ("us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-northeast-1", "ap-southeast-2"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
"""Regions to show in examples; every other one is found by search where a policy speaks of it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """
    What a pattern matches among the ARNs of one form.

    `named` is the last part of the ARN, such as "foundation-model/anthropic.claude-v2", where the pattern spells
    it out, None where a wildcard reaches into it. `in_region` says that the Region is spelled out too.
    `examples` match, and the first is one that nothing names unless the pattern does; there may be none at hand.
    """

    form: ArnForm
    named: str | None
    in_region: bool
    examples: tuple[str, ...]


@lru_cache(16_384)
def reaches(glob: Glob, domain: Domain, partition: str, account_id: str) -> tuple[Reach, ...]:
    """Return what a pattern matches among the forms of a domain, in the order of the domain's forms."""
    found = []
    for form in domain.forms:
        if _impossible(glob, form, partition):
            continue
        examples = tuple(_examples(glob, form, partition, account_id))
        if examples or may_meet(form.shape(partition), (((Part((glob,)),),),)):
            found.append(Reach(form, _named(glob, form), _region_spelled_out(glob), examples))
    return tuple(found)


def _impossible(glob: Glob, form: ArnForm, partition: str) -> bool:
    """Return whether the literal runs of a pattern rule the form out at a glance."""
    head, start = glob.literal_head, f"arn:{partition}:{form.service}:"
    if not (head.startswith(start) or start.startswith(head)):
        return True
    for token in glob.tokens:
        if isinstance(token, Wildcard) or "/" not in token:
            continue
        _, colon, segment = token.partition("/")[0].rpartition(":")
        if colon and not form.takes_segment(segment):
            return True
        if not (colon or form.nested or "/" in form.type or form.type.endswith(segment)):
            return True
    return False


def _examples(glob: Glob, form: ArnForm, partition: str, account_id: str) -> Iterator[str]:
    filled = glob.filled(_FILLER, _FILLER[0])
    parts = filled.split(":", 5)
    regions, accounts = list(_REGIONS.get(partition, _REGIONS["aws"])), [account_id]
    if len(parts) == _ARN_PARTS:
        regions.append(parts[3])
        accounts.append(parts[4])
    identifier = (filled.partition if form.nested else filled.rpartition)("/")[2]
    fits = shape_pattern(form.shape(partition)).fullmatch
    for each in (form.example, identifier):
        for account in accounts:
            arns = [form.arn(partition, region, account, each) for region in regions]
            if matching := [arn for arn in arns if glob.matches(arn) and fits(arn)]:
                yield from matching
                return


def _named(glob: Glob, form: ArnForm) -> str | None:
    before, prefix, identifier = glob.literal_tail.partition(form.prefix)
    return prefix + identifier if prefix and (not before or before.endswith(":")) else None


def _region_spelled_out(glob: Glob) -> bool:
    spelled = "".join(_UNKNOWN if isinstance(token, Wildcard) else token for token in glob.tokens)
    parts = spelled.split(":")
    return len(parts) >= _ARN_PARTS - 1 and _UNKNOWN not in parts[3]


_ARN_PARTS: Final = 6
_FILLER: Final = "other"
_UNKNOWN: Final = "\0"
