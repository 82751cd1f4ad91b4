"""Templates as the embedded account can deploy them: with code that it has."""

import io
import json
import zipfile
from typing import Any

from cli.sandbox import Account
from tests.cdk.conftest import Template


def function_code(account: Account, template: Template) -> dict[str, Any]:
    """Return the template with code that the account has."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("m.py", "def handler(event, context): ...")
    s3 = account.session().client("s3")
    if "code" not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="m.zip", Body=archive.getvalue())
    changed: dict[str, Any] = json.loads(json.dumps(template))
    for resource in changed["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Code"] = {"S3Bucket": "code", "S3Key": "m.zip"}
    changed.pop("Parameters", None)
    changed.pop("Rules", None)
    return changed
