"""The transport that a connection needs: the real one and the tests' own have the same members."""

from __future__ import annotations

import inspect

import pytest

from flux_desktop.aws.stream.stream import SageMakerStream
from flux_desktop.engine.connection.transport import OpenStream, Transport
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from tests.engine.connection.fake_transport import FakeTransport


def methods(protocol: type) -> dict[str, inspect.Signature]:
    """The methods of a protocol, by name."""
    return {
        name: inspect.signature(member)
        for name, member in vars(protocol).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


def properties(protocol: type) -> set[str]:
    return {name for name, member in vars(protocol).items() if isinstance(member, property)}


@pytest.mark.parametrize(
    ("protocol", "implementation"),
    [(Transport, SageMakerTransport), (Transport, FakeTransport), (OpenStream, SageMakerStream)],
    ids=lambda kind: kind.__name__,
)
def test_an_implementation_takes_the_same_arguments(protocol: type, implementation: type) -> None:
    assert methods(protocol)
    for name, signature in methods(protocol).items():
        own = getattr(implementation, name)
        assert list(inspect.signature(own).parameters) == list(signature.parameters), name
        assert inspect.iscoroutinefunction(own) == inspect.iscoroutinefunction(getattr(protocol, name)), name


def test_a_stream_over_sagemaker_has_every_figure() -> None:
    assert {"timings", "aws_request_id", "invoked_variant", "oldest_unsent_s"} == properties(OpenStream)
    known = {*dir(SageMakerStream), *inspect.getsource(SageMakerStream).split()}
    missing = [name for name in properties(OpenStream) if name not in known and f"self.{name}" not in known]
    assert missing == []
