"""When what an Amazon SageMaker AI endpoint runs is an approved version; each judgement is a finished sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.verdict import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.facts.sagemaker_deployments import Container, DeployedEndpoint, Deployment

LONGEST_NAME = 96

APPROVED = "Approved"
WAITING = "PendingManualApproval"


def version_defects(endpoint: DeployedEndpoint, *, require_approved: bool) -> tuple[str, ...]:
    """
    Return why an endpoint runs something that is not an approved model package version, () when all of it is.

    Without `require_approved` a version that still waits for its approval is taken, a rejected one never.
    """
    gone = (
        f"Endpoint configuration {name} no longer exists, so the models that run cannot be told."
        for name in endpoint.missing_configs
    )
    found = (
        sentence
        for deployment in endpoint.deployments
        for sentence in _defects(deployment, {APPROVED} if require_approved else {APPROVED, WAITING})
    )
    return tuple(dict.fromkeys((*found, *gone)))


def version_names(endpoint: DeployedEndpoint) -> tuple[str, ...]:
    """Return the model package versions that an endpoint runs, such as "fraud version 3"."""
    packages = (
        container.package
        for deployment in endpoint.deployments
        for container in deployment.containers or ()
        if container.package is not None
    )
    return tuple(dict.fromkeys(f"{package.name} version {package.version}" for package in packages))


def _defects(deployment: Deployment, accepted: set[str]) -> Iterator[str]:
    place = deployment.place[0].upper() + deployment.place[1:]
    if deployment.model is None:
        yield f"{place} runs an image or an adapter that no model stands for; an Approved version is wanted."
    elif deployment.containers is None:
        yield f"{place} runs the model {deployment.model}, which no longer exists."
    else:
        for container in deployment.containers:
            if defect := _defect(container, accepted):
                yield f"{place} runs the model {deployment.model}, {defect}"


def _defect(container: Container, accepted: set[str]) -> str | None:
    if container.package_name is None:
        return "which names no model package; an Approved version is wanted."
    name, package = shortened(container.package_name, LONGEST_NAME), container.package
    if package is None:
        return f"whose model package {name} no longer exists."
    if package.approval is None:
        return f"whose model package {name} is no version of a group; an Approved version is wanted."
    if package.approval not in accepted:
        return f"which is {package.name} version {package.version}, {package.approval}; Approved is wanted."
    return None
