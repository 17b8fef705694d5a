"""A private object store for the tests: moto's server, spoken to over real HTTP on loopback."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """Where it answers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield f"http://localhost:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def bucket(object_store: str) -> Callable[..., dict[str, Any]]:
    """Make a bucket of some objects; returns how a connection reaches it."""

    def make(**objects: bytes) -> dict[str, Any]:
        name = f"bucket-{uuid4().hex[:12]}"
        client = boto3.client(
            "s3", endpoint_url=object_store, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
        )
        client.create_bucket(Bucket=name)
        for key, body in objects.items():
            client.put_object(Bucket=name, Key=key, Body=body)
        return {"kind": "s3", "bucket": name, "endpoint": object_store, "key_id": "k"}

    return make
