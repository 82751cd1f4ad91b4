"""Scripts that Automation documents carry: each file runs by itself, on the standard library and boto3."""
