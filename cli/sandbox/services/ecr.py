"""Amazon ECR: what a scan finds in an image."""

import json
from typing import Final

from moto.ecr.models import ecr_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment

FINDINGS: Final = "example.findings"
"""The annotation of an image's manifest that says what a scan finds: severities with their counts, as JSON."""


@amendment(
    "ecr",
    "DescribeImageScanFindings",
    reason="Moto finds the same invented vulnerability in every image; here it is what the manifest's annotation says.",
)
def describe_image_scan_findings(call: Call, moto: Moto) -> Result:
    """Return the counts of an image's findings, by severity."""
    answer = moto()
    repository = ecr_backends[call.account_id][call.region].repositories[call.params["repositoryName"]]
    wanted = call.params["imageId"]
    counts: dict[str, int] = {}
    for image in repository.images:
        if wanted.get("imageDigest") == image.get_image_digest() or wanted.get("imageTag") in image.image_tags:
            annotations = json.loads(image.image_manifest).get("annotations", {})
            counts = json.loads(annotations.get(FINDINGS, "{}"))
    return {
        **answer,
        "imageScanFindings": {**answer["imageScanFindings"], "findings": [], "findingSeverityCounts": counts},
    }
