"""Amazon EC2: listings in pages, public images once they are asked for."""

from typing import Any, Final

from moto.ec2.models.amis import Ami, AmiBackend

from cli.sandbox.operations import repage, replacement

_WITHOUT_IMAGES: Final = "_without_public_images"
_load_public_images = vars(AmiBackend)["_load_amis"]
_describe_images = vars(AmiBackend)["describe_images"]
_LATE: Final = "Moto makes hundreds of public images per Region with the backend and with each reset, for a second."

repage(
    "ec2",
    "DescribeNetworkInterfaces",
    "DescribeRouteTables",
    "DescribeSecurityGroupRules",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcEndpoints",
    "DescribeVpcs",
    reason="Moto ignores MaxResults and NextToken.",
    page_size=1000,
)


@replacement(AmiBackend, "_load_amis", reason=_LATE)
def _load_later(backend: AmiBackend) -> None:
    setattr(backend, _WITHOUT_IMAGES, True)


@replacement(AmiBackend, "describe_images", reason=_LATE)
def _images(backend: AmiBackend, *args: Any, **filters: Any) -> list[Ami]:
    if vars(backend).pop(_WITHOUT_IMAGES, False):
        _load_public_images(backend)
    found: list[Ami] = _describe_images(backend, *args, **filters)
    return found
