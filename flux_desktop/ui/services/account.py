"""The AWS account as the window asks for it: off the window's thread, bounded, boto3 imported only then."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.ui.models.endpoints import EndpointEntry

if TYPE_CHECKING:
    from flux_desktop.aws.account.endpoint_load import VariantLoad

LIST_LIMIT_S = 30.0
DEFAULT_REGION = "us-east-1"


class Account(Protocol):
    """What the endpoint panel asks; every call may raise `ProblemError`, each may be cancelled."""

    def is_configured(self) -> bool:
        """Whether there is anything on this machine that names an account; cheap, no network."""
        ...

    async def choices(self) -> tuple[list[str], list[str]]:
        """Profiles and regions."""
        ...

    async def endpoints(self, profile: str | None, region: str) -> list[EndpointEntry]:
        """The region's endpoints by name."""
        ...

    async def identity(self, profile: str | None, region: str) -> str:
        """Who is asking, such as an ARN."""
        ...

    async def details(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        """One endpoint in detail, as pairs of a name and a value."""
        ...

    async def load(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        """How busy an endpoint is, as such pairs; none where nobody has measured anything lately."""
        ...


class AwsAccount:
    """The real one."""

    def is_configured(self) -> bool:
        names = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE")
        files = (Path.home() / ".aws" / name for name in ("config", "credentials"))
        return any(os.environ.get(name) for name in names) or any(file.exists() for file in files)

    async def choices(self) -> tuple[list[str], list[str]]:
        def ask() -> tuple[list[str], list[str]]:
            from flux_desktop.aws.account import catalogue

            return catalogue.profiles(), catalogue.regions()

        return await _bounded(ask)

    async def endpoints(self, profile: str | None, region: str) -> list[EndpointEntry]:
        def ask() -> list[EndpointEntry]:
            from flux_desktop.aws.account import catalogue

            found = catalogue.list_endpoints(catalogue.Access(region=region, profile=profile))
            return [EndpointEntry(one.name, f"changed {_day(one.modified_s)}", one.status) for one in found]

        return await _bounded(ask)

    async def identity(self, profile: str | None, region: str) -> str:
        def ask() -> str:
            from flux_desktop.aws.account import catalogue

            return catalogue.caller_identity(catalogue.Access(region=region, profile=profile)).arn

        return await _bounded(ask)

    async def details(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        def ask() -> list[tuple[str, str]]:
            from flux_desktop.aws.account import catalogue

            found = catalogue.describe_endpoint(catalogue.Access(region=region, profile=profile), name)
            lines = [("Status", found.status), ("Created", _day(found.created_s)), ("Changed", _day(found.modified_s))]
            if found.failure_reason:
                lines.append(("Why it failed", found.failure_reason))
            lines.append(("Likely Flux model", found.likely_model or "its names do not tell"))
            if not found.streams_possible:
                lines.append(("Streams", "not possible: this endpoint is asynchronous"))
            for variant in found.variants:
                instances = f"{variant.instances} × {variant.instance_type or 'unknown instance'}"  # noqa: RUF001
                parts = [instances, variant.status_text, variant.model_name, variant.model_package]
                lines.append((f"Variant {variant.name}", " · ".join(part for part in parts if part)))
            lines += [("ARN", found.arn), *(("Note", note) for note in found.notes)]
            return lines

        return await _bounded(ask)

    async def load(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        def ask() -> list[tuple[str, str]]:
            from flux_desktop.aws.account import catalogue, endpoint_load

            found = endpoint_load.endpoint_load(catalogue.Access(region=region, profile=profile), name)
            return [
                (f"Load of {load.name}", f"{_load_words(load)} (highest of {endpoint_load.WINDOW_MIN} min, CloudWatch)")
                for load in found
            ]

        return await _bounded(ask)


def _load_words(load: VariantLoad) -> str:
    parts = []
    if load.streams is not None:
        parts.append(f"{load.streams:.0f} {'stream' if load.streams == 1 else 'streams'} at once")
    if load.gpu_percent is not None:
        parts.append(f"GPU {load.gpu_percent:.0f} % busy")
    if load.gpu_memory_percent is not None:
        parts.append(f"GPU memory {load.gpu_memory_percent:.0f} %")
    return " · ".join(parts)


async def _bounded[T](ask: Callable[[], T]) -> T:
    try:
        return await in_thread(ask, LIST_LIMIT_S)
    except TimeoutError:
        raise ProblemError(
            Problem(
                code="aws_slow",
                what=f"AWS did not answer within {LIST_LIMIT_S:.0f} s.",
                why="The network may be down, or a proxy may be in the way.",
                todo="Check the network and try again.",
            )
        ) from None


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M") if seconds else "unknown"
