import pytest

from rules.criteria.networks import HTTPS, world
from rules.facts.ec2 import Ingress, SecurityGroup

WORLD, WORLD_6 = ("0.0.0.0/0",), ("::/0",)


@pytest.mark.parametrize(
    ("ingress", "blocks"),
    [
        pytest.param((Ingress("tcp", 443, 443, WORLD),), WORLD, id="HTTPS"),
        pytest.param((Ingress("tcp", 443, 443, WORLD_6),), WORLD_6, id="HTTPS over IPv6"),
        pytest.param((Ingress("tcp", 443, 443, (*WORLD_6, *WORLD)),), (*WORLD, *WORLD_6), id="both"),
        pytest.param((Ingress("-1", None, None, WORLD),), WORLD, id="all traffic"),
        pytest.param((Ingress("6", 0, 65535, WORLD),), WORLD, id="all ports, protocol as a number"),
        pytest.param((Ingress("tcp", 400, 500, WORLD),), WORLD, id="range of ports"),
        pytest.param((Ingress("tcp", None, None, WORLD),), WORLD, id="no ports given"),
        pytest.param((Ingress("tcp", 443, 443, ("0.0.0.0/1", "128.0.0.0/1")),), WORLD, id="two halves"),
        pytest.param(
            (Ingress("tcp", 443, 443, ("0.0.0.0/1",)), Ingress("-1", None, None, ("128.0.0.0/1",))),
            WORLD,
            id="two halves in two rules",
        ),
        pytest.param((Ingress("tcp", 443, 443, ("10.0.0.0/8", *WORLD)),), WORLD, id="everybody beside the network"),
        pytest.param((Ingress("tcp", 443, 443, ("10.0.0.0/8", "fd00::/8")),), (), id="private addresses"),
        pytest.param((Ingress("tcp", 443, 443, ("0.0.0.0/1",)),), (), id="half of the addresses"),
        pytest.param((Ingress("tcp", 80, 80, WORLD),), (), id="another port"),
        pytest.param((Ingress("tcp", 444, 500, WORLD),), (), id="range above"),
        pytest.param((Ingress("tcp", 400, 442, WORLD),), (), id="range below"),
        pytest.param((Ingress("udp", 443, 443, WORLD),), (), id="another protocol"),
        pytest.param((Ingress("icmp", -1, -1, WORLD),), (), id="pings"),
        pytest.param((Ingress("-1", None, None, ()),), (), id="members of security groups only"),
        pytest.param((), (), id="nothing"),
    ],
)
def test_the_world_comes_in_when_every_address_does(ingress: tuple[Ingress, ...], blocks: tuple[str, ...]) -> None:
    assert world(SecurityGroup("sg-1", ingress), HTTPS) == blocks
