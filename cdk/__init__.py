"""Deploys the rules; the only package that knows the AWS CDK."""

import os
import sys
from pathlib import Path

# The CDK starts Node as it is imported. It is to be the one beside this Python, which is locked like the rest, and
# needs no banner about the dates of Node's releases.
_NODE = Path(sys.executable).with_name("node")
if _NODE.exists():
    os.environ.setdefault("JSII_NODE", str(_NODE))
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
