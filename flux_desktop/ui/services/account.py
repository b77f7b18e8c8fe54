"""The AWS account for the window: queries off its thread, with a time limit; boto3 is imported on first use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.ui.models.endpoints import EndpointEntry

if TYPE_CHECKING:
    from flux_desktop.aws.account.endpoint_details import Variant
    from flux_desktop.aws.account.endpoint_load import VariantLoad

LIST_LIMIT_S = 30.0
DEFAULT_REGION = "us-east-1"


class Account(Protocol):
    """Queries of the endpoint panel; every coroutine may raise `ProblemError` and may be cancelled."""

    def is_configured(self) -> bool:
        """Whether anything on this machine names an account; cheap, without network."""
        ...

    async def choices(self) -> tuple[list[str], list[str]]:
        """Profiles and regions."""
        ...

    async def defaults(self, profile: str | None) -> tuple[str | None, str]:
        """The profile that is used when `profile` is asked for, and the region configured for it."""
        ...

    async def endpoints(self, profile: str | None, region: str) -> list[EndpointEntry]:
        """The region's endpoints by name."""
        ...

    async def identity(self, profile: str | None, region: str) -> str:
        """The principal of the credentials, such as an ARN."""
        ...

    async def details(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        """One endpoint in detail, as pairs of a name and a value."""
        ...

    async def load(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        """An endpoint's load, as such pairs; none without recent measurements."""
        ...


class AwsAccount:
    """The account by boto3."""

    def is_configured(self) -> bool:
        from flux_desktop.aws.account.environment import is_account_configured

        return is_account_configured()

    async def choices(self) -> tuple[list[str], list[str]]:
        def ask() -> tuple[list[str], list[str]]:
            from flux_desktop.aws.account import catalogue

            return catalogue.profiles(), catalogue.regions()

        return await _bounded(ask)

    async def defaults(self, profile: str | None) -> tuple[str | None, str]:
        def ask() -> tuple[str | None, str]:
            from flux_desktop.aws.account import configuration, environment

            return environment.effective_profile(profile), configuration.resolved_region(None, profile)

        return await _bounded(ask)

    async def endpoints(self, profile: str | None, region: str) -> list[EndpointEntry]:
        def ask() -> list[EndpointEntry]:
            from flux_desktop.aws.account import catalogue

            listed = catalogue.list_endpoints(catalogue.Access(region=region, profile=profile))
            return [EndpointEntry(one.name, f"changed {_day(one.modified_s)}", one.status) for one in listed]

        return await _bounded(ask)

    async def identity(self, profile: str | None, region: str) -> str:
        def ask() -> str:
            from flux_desktop.aws.account import catalogue

            return catalogue.caller_identity(catalogue.Access(region=region, profile=profile)).arn

        return await _bounded(ask)

    async def details(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        def ask() -> list[tuple[str, str]]:
            from flux_desktop.aws.account import catalogue

            details = catalogue.describe_endpoint(catalogue.Access(region=region, profile=profile), name)
            lines = [
                ("Status", details.status),
                ("Created", _day(details.created_s)),
                ("Changed", _day(details.modified_s)),
            ]
            if details.failure_reason:
                lines.append(("Failure reason", details.failure_reason))
            lines.append(("Likely Flux model", details.likely_model or "unknown"))
            if not details.streams_possible:
                lines.append(("Streams", "not supported: this endpoint is asynchronous"))
            lines += [(f"Variant {each.name}", variant_text(each, details.variants)) for each in details.variants]
            lines += [("ARN", details.arn), *(("Note", note) for note in details.notes)]
            return lines

        return await _bounded(ask)

    async def load(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        def ask() -> list[tuple[str, str]]:
            from flux_desktop.aws.account import catalogue, endpoint_load

            loads = endpoint_load.endpoint_load(catalogue.Access(region=region, profile=profile), name)
            return [
                (f"Load of {load.name}", f"{_load_text(load)} (maximum of {endpoint_load.WINDOW_MIN} min, CloudWatch)")
                for load in loads
            ]

        return await _bounded(ask)


def variant_text(variant: Variant, all_variants: Sequence[Variant]) -> str:
    """What runs of a variant; where instances are being added or removed, how many there are to be, and where there
    are several variants, its share of the streams by its weight."""
    parts = [f"{variant.instances} × {variant.instance_type or 'unknown instance'}"]  # noqa: RUF001
    if variant.instances_wanted != variant.instances:
        parts.append(f"{variant.instances_wanted} wanted")
    weights = sum(each.weight for each in all_variants)
    if len(all_variants) > 1 and weights > 0:
        parts.append(f"{100 * variant.weight / weights:.0f} % of the streams, by weight {variant.weight:g}")
    parts += [variant.status_text, variant.model_name, variant.model_package]
    return " · ".join(part for part in parts if part)


def _load_text(load: VariantLoad) -> str:
    parts = []
    if load.streams is not None:
        parts.append(amount(round(load.streams), "stream"))
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
                why="The network may be down, or a proxy or firewall may be dropping the traffic.",
                todo="Check the network and try again.",
            )
        ) from None


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M") if seconds else "unknown"
