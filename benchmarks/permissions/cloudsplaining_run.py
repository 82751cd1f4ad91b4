"""cloudsplaining's side of the benchmark; runs in an environment of its own, reads documents on stdin."""

import json
import logging
import sys
from time import process_time

from cloudsplaining.scan.policy_document import PolicyDocument

QUESTION = ["bedrock:InvokeModel"]

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    documents = json.load(sys.stdin)
    started = process_time()
    allowed = sum(
        bool(PolicyDocument(document).allows_specific_actions_without_constraints(QUESTION)) for document in documents
    )
    json.dump({"policies": len(documents), "allowed": allowed, "cpu_seconds": process_time() - started}, sys.stdout)
