"""When a job of Amazon SageMaker AI is cut off and encrypts what it stores; each judgement is a finished sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from rules.criteria.endpoint_configs import LOCAL_STORAGE
from rules.criteria.keys import key_defect
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.facts.sagemaker_endpoint_configs import NamedKey
    from rules.facts.sagemaker_isolation import Job, Network, Part, Volumes

Check = Literal["isolation", "vpc", "traffic", "volume", "output"]
CHECKS: tuple[Check, ...] = get_args(Check)

NETWORK_CHECKS = frozenset({"isolation", "vpc"})


def job_verdict(job: Job, checks: tuple[Check, ...]) -> Verdict:
    """Return whether every part of a job passes the checks that there are settings for."""
    defects = [sentence for part in job.parts for sentence in _defects(part, checks)]
    if defects:
        return non_compliant(*dict.fromkeys(defects))
    if job.gone_model is not None and not NETWORK_CHECKS.isdisjoint(checks):
        return not_applicable(f"Model {job.gone_model}, which had the network settings of the job, no longer exists.")
    asked = list(dict.fromkeys(checks))
    without = [check for check in asked if all(_has_no_setting(part, check) for part in job.parts)]
    said = []
    if lacking := [check for check in without if check != "output"]:
        said.append(f"It has no setting for {listed(lacking, most=len(CHECKS))}.")
    if "output" in without:
        said.append("It writes no output to encrypt.")
    passed = [check for check in asked if check not in without]
    if not passed:
        return not_applicable(*said)
    if keys := list(dict.fromkeys(key.name for part in job.parts for key in _keys(part, checks))):
        said.append(f"It encrypts with {listed(keys, most=2, longest=80)}.")
    return compliant(f"The job passes {listed(passed, most=len(CHECKS))}.", *said)


def _defects(part: Part, checks: tuple[Check, ...]) -> Iterator[str]:
    if part.network is not None:
        yield from _network_defects(part.network, checks)
    if "volume" in checks and part.volumes is not None:
        yield from _volume_defects(part.name, part.volumes)
    for output in part.outputs if "output" in checks else ():
        yield from _key_defects(part.name, output.what, output.key)


def _network_defects(network: Network, checks: tuple[Check, ...]) -> Iterator[str]:
    if "isolation" in checks and network.isolated is False:
        yield f"{network.holder} has network isolation off; on is wanted."
    if "vpc" in checks and network.in_vpc is False:
        yield f"{network.holder} is in no VPC of yours; a VPC configuration is wanted."
    if "traffic" in checks and network.traffic_encrypted is False and network.instance_count != 1:
        between = f"its {network.instance_count} instances" if network.instance_count else "instances"
        yield f"{network.holder} does not encrypt traffic between {between}; encryption is wanted."


def _volume_defects(name: str, volumes: Volumes) -> Iterator[str]:
    local = [kind for kind in volumes.instance_types if LOCAL_STORAGE.fullmatch(kind)]
    others = [kind for kind in volumes.instance_types if kind not in local]
    if volumes.key is None and local and others:
        yield (
            f"{name} has no customer-managed key for the volumes of {listed(others)}, because {listed(local)} beside "
            "them takes none; separate jobs are wanted."
        )
    elif volumes.key is not None or not local:
        yield from _key_defects(name, "volumes", volumes.key)


def _key_defects(name: str, what: str, named: NamedKey | None) -> Iterator[str]:
    if named is None:
        yield f"{name} names no key for its {what}; a customer-managed key is wanted."
    elif defect := key_defect(named.key):
        yield f"{name} names {named.name} for its {what}, {defect}."


def _has_no_setting(part: Part, check: Check) -> bool:
    if check == "volume":
        return part.volumes is None
    if check == "output":
        return not part.outputs
    if part.network is None:
        return True
    setting = {
        "isolation": part.network.isolated,
        "vpc": part.network.in_vpc,
        "traffic": part.network.traffic_encrypted,
    }[check]
    return setting is None


def _keys(part: Part, checks: tuple[Check, ...]) -> Iterator[NamedKey]:
    stored = [part.volumes.key] if "volume" in checks and part.volumes is not None else []
    if "output" in checks:
        stored.extend(output.key for output in part.outputs)
    yield from (key for key in stored if key is not None)
