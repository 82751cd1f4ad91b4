"""When a VPC reaches an AI service privately."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TYPE_CHECKING

from rules.engine.verdict import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rules.facts.ai_networks import AiVpc, PrivateEndpoint
    from rules.facts.ec2 import Ingress, SecurityGroup

HTTPS = 443


def private_access_defects(vpc: AiVpc, services: Iterable[str], *, private_dns: bool) -> tuple[str, ...]:
    """
    Return why workloads of a VPC do not reach services through private endpoints alone, as finished sentences.

    Every service needs an available interface endpoint, with private DNS where that is asked, and no available
    endpoint of an AI service may be open to everybody.
    """
    absent: list[str] = []
    found: list[str] = []
    for service in services:
        endpoints = [private for private in vpc.endpoints if private.endpoint.service == service]
        if not endpoints:
            absent.append(service)
        elif defect := _service_defect(service, endpoints, private_dns=private_dns):
            found.append(defect)
    if absent:
        whom = f" to {listed(vpc.workloads, most=1)}" if vpc.workloads else ""
        found.insert(0, f"No interface endpoint serves {listed(absent, most=4)}{whom}.")
    return (*found, *_open_endpoints(vpc))


def _service_defect(service: str, endpoints: Sequence[PrivateEndpoint], *, private_dns: bool) -> str | None:
    available = [private.endpoint for private in endpoints if private.endpoint.state == "available"]
    if not available:
        first = endpoints[0].endpoint
        return f"Endpoint {first.resource.id} for {service} is {first.state}; available is wanted."
    if private_dns and not any(endpoint.private_dns for endpoint in available):
        return f"Endpoint {available[0].resource.id} for {service} has no private DNS; it is wanted."
    return None


def _open_endpoints(vpc: AiVpc) -> Iterator[str]:
    for private in vpc.endpoints:
        if private.endpoint.state == "available":
            for group in private.security_groups:
                if blocks := world(group, HTTPS):
                    yield (
                        f"Security group {group.id} of endpoint {private.endpoint.resource.id} lets in "
                        f"{listed(blocks)} on port {HTTPS}; the workloads' own addresses are wanted."
                    )


def world(group: SecurityGroup, port: int) -> tuple[str, ...]:
    """Return "0.0.0.0/0" and "::/0" where a security group lets in TCP to a port from every such address."""
    blocks = [ip_network(block) for ingress in group.ingress if _lets_in(ingress, port) for block in ingress.blocks]
    fourth = collapse_addresses(block for block in blocks if isinstance(block, IPv4Network))
    sixth = collapse_addresses(block for block in blocks if isinstance(block, IPv6Network))
    whole = (*(block for block in fourth if block.prefixlen == 0), *(block for block in sixth if block.prefixlen == 0))
    return tuple(map(str, whole))


def _lets_in(ingress: Ingress, port: int) -> bool:
    if ingress.protocol == "-1":
        return True
    if ingress.protocol not in ("tcp", "6"):
        return False
    return ingress.from_port is None or ingress.to_port is None or ingress.from_port <= port <= ingress.to_port
