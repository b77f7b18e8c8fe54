"""One endpoint in detail, assembled from the answers of the control plane; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class VariantConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One variant in the endpoint's configuration."""

    name: str
    model_name: str = ""
    model_package: str = ""
    instance_type: str = ""
    initial_instances: int = 0

    @classmethod
    def from_answer(cls, variant: Mapping[str, Any], model_package: str | None) -> VariantConfig:
        return cls(
            name=variant.get("VariantName", ""),
            model_name=variant.get("ModelName", ""),
            model_package=model_package or "",
            instance_type=variant.get("InstanceType", ""),
            initial_instances=variant.get("InitialInstanceCount", 0) or 0,
        )


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One running production variant; `status_text` describes its current change, if any."""

    name: str
    instance_type: str = ""
    instances: int = 0
    instances_wanted: int = 0
    weight: float = 0.0
    model_name: str = ""
    model_package: str = ""
    status_text: str = ""


class EndpointDetails(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. `likely_model` is guessed from names, None where they do not indicate one. `streams_possible` is
    False for asynchronous endpoints, which accept no streams. `notes` are sentences about missing details."""

    name: str
    arn: str
    status: str
    failure_reason: str = ""
    created_s: float = 0.0
    modified_s: float = 0.0
    variants: tuple[Variant, ...] = ()
    likely_model: str | None = None
    streams_possible: bool = True
    notes: tuple[str, ...] = ()


def details_from(
    endpoint: Mapping[str, Any], configs: Sequence[VariantConfig], notes: Sequence[str]
) -> EndpointDetails:
    """Join DescribeEndpoint with the variants of its configuration."""
    by_name = {config.name: config for config in configs}
    variants = [
        _variant(entry, by_name.pop(entry.get("VariantName", ""), None))
        for entry in endpoint.get("ProductionVariants", [])
    ]
    # While an endpoint is being created it reports no variants of its own yet.
    variants += [_variant({"VariantName": config.name}, config) for config in by_name.values()]
    packages = [variant.model_package for variant in variants]
    models = [variant.model_name for variant in variants]
    return EndpointDetails(
        name=endpoint["EndpointName"],
        arn=endpoint.get("EndpointArn", ""),
        status=endpoint["EndpointStatus"],
        failure_reason=endpoint.get("FailureReason", ""),
        created_s=_seconds(endpoint.get("CreationTime")),
        modified_s=_seconds(endpoint.get("LastModifiedTime")),
        variants=tuple(variants),
        likely_model=likely_flux_model([*packages, *models, endpoint["EndpointName"]]),
        streams_possible="AsyncInferenceConfig" not in endpoint,
        notes=tuple(dict.fromkeys(notes)),
    )


def likely_flux_model(names: Sequence[str]) -> str | None:
    """The Flux model that the names indicate; the most reliable name comes first."""
    for name in (name.lower() for name in names):
        if "flux" not in name:
            continue
        words = name.replace("/", "-").replace("_", "-").replace(".", "-").split("-")
        if "multi" in words or "multilingual" in words:
            return "flux-general-multi"
        if "en" in words or "english" in words:
            return "flux-general-en"
    return None


def _variant(entry: Mapping[str, Any], config: VariantConfig | None) -> Variant:
    changes = [change.get("StatusMessage") or change.get("Status", "") for change in entry.get("VariantStatus", [])]
    return Variant(
        name=entry.get("VariantName", ""),
        instance_type=config.instance_type if config else "",
        instances=entry.get("CurrentInstanceCount", 0) or 0,
        instances_wanted=entry.get("DesiredInstanceCount", config.initial_instances if config else 0) or 0,
        weight=entry.get("CurrentWeight", 0.0) or 0.0,
        model_name=config.model_name if config else "",
        model_package=config.model_package if config else "",
        status_text="; ".join(change for change in changes if change),
    )


def _seconds(moment: Any) -> float:
    return float(moment.timestamp()) if moment is not None else 0.0
