"""Synthesised stacks need code, and it may be any."""

import pytest

from cdk.bundle import Bundle


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = tmp_path_factory.mktemp("bundle") / "lambda.zip"
    path.write_bytes(b"a zip of functions")
    return Bundle(path, "0" * 64, path.stat().st_size)
