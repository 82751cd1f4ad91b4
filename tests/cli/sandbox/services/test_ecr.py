import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture
def ecr(account: Account) -> Any:
    client = account.session().client("ecr")
    client.create_repository(repositoryName="serve")
    for tag, digest, findings in (("bad", DIGEST, {"HIGH": 2}), ("good", f"sha256:{'b' * 64}", {})):
        manifest = {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "annotations": {"example.findings": json.dumps(findings)},
        }
        client.put_image(repositoryName="serve", imageTag=tag, imageManifest=json.dumps(manifest), imageDigest=digest)
    return client


@pytest.mark.parametrize(
    ("image", "counts"),
    [
        pytest.param({"imageTag": "bad"}, {"HIGH": 2}, id="tag"),
        pytest.param({"imageDigest": DIGEST}, {"HIGH": 2}, id="digest"),
        pytest.param({"imageTag": "good"}, {}, id="without findings"),
    ],
)
def test_a_scan_finds_what_the_manifest_says(ecr: Any, image: dict[str, str], counts: dict[str, int]) -> None:
    ecr.start_image_scan(repositoryName="serve", imageId=image)

    answer = ecr.describe_image_scan_findings(repositoryName="serve", imageId=image)

    assert answer["imageScanStatus"]["status"] == "COMPLETE"
    assert answer["imageScanFindings"]["findingSeverityCounts"] == counts


def test_an_image_that_was_not_scanned_has_no_findings(ecr: Any) -> None:
    with pytest.raises(ClientError, match="ScanNotFoundException"):
        ecr.describe_image_scan_findings(repositoryName="serve", imageId={"imageTag": "bad"})
