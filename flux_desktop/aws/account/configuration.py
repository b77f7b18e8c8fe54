"""The AWS configuration of this machine, resolved once for command line and window: profile, region, addresses."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import botocore.session
import msgspec
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import BotoCoreError

from flux_desktop.aws.account.environment import effective_profile
from flux_desktop.aws.errors.credential_errors import CredentialSource, credentials_problem
from flux_desktop.aws.target import runtime_url
from flux_desktop.base.problem import ProblemError

DEFAULT_REGION = "us-east-1"
#: botocore's names of the services whose configured address the audio stream uses, the more specific one first.
_STREAM_SERVICES = ("sagemaker-runtime-http2", "sagemaker-runtime")


class StreamAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where this machine's configuration sends streams. `reason` names the setting, empty for the standard address."""

    url: str
    reason: str = ""


def resolved_region(region: str | None, profile: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The region to use: `region`, ``AWS_REGION``, ``AWS_DEFAULT_REGION``, the profile's, else `DEFAULT_REGION`.

    Reads the AWS config file only if it has to. Raises `ProblemError` for a missing profile or a broken file.
    """
    chosen = region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return (chosen or str(_core(profile).get_scoped_config().get("region") or DEFAULT_REGION)).strip()


def stream_address(region: str, profile: str | None) -> StreamAddress:
    """The address of the runtime for streams, with every setting that boto3 applies to its own clients.

    ``AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2``, ``…_SAGEMAKER_RUNTIME``, ``AWS_ENDPOINT_URL`` and their counterparts
    in the profile; ``AWS_IGNORE_CONFIGURED_ENDPOINT_URLS``; FIPS and dual-stack. Raises `ProblemError`.
    """
    core = _core(profile)
    url = None if core.get_config_variable("ignore_configured_endpoint_urls") else _configured_url(core)
    if url:
        return StreamAddress(url=url, reason=_origin_of(url, profile))
    fips = bool(core.get_config_variable("use_fips_endpoint"))
    dual_stack = bool(core.get_config_variable("use_dualstack_endpoint"))
    kinds = [name for name, wanted in (("FIPS", fips), ("dual-stack", dual_stack)) if wanted]
    reason = f"{' and '.join(kinds)} endpoints are switched on" if kinds else ""
    return StreamAddress(url=runtime_url(region, fips=fips, dual_stack=dual_stack), reason=reason)


def ca_bundle(profile: str | None) -> str | None:
    """The authorities that boto3 trusts instead of its own: ``AWS_CA_BUNDLE``, ``ca_bundle`` of the profile in the AWS
    config file, or ``REQUESTS_CA_BUNDLE``; None where none is set. Raises `ProblemError`.
    """
    return _ca_bundle_of(_core(profile))


def botocore_session(profile: str | None) -> Any:
    """A botocore session in which TLS is verified: boto3 reads an empty ``AWS_CA_BUNDLE`` as "do not verify"."""
    core = session_of(profile)
    core.set_config_variable("ca_bundle", _ca_bundle_of(core) or True)
    return core


def session_of(profile: str | None, environ: Mapping[str, str] = os.environ) -> Any:
    """A botocore session of `profile`. An empty ``AWS_PROFILE`` counts as unset, unlike in botocore."""
    if effective_profile(profile, environ) is None:
        return session_without_profile()
    return botocore.session.Session(profile=profile)


def session_without_profile() -> Any:
    """A botocore session that ignores ``AWS_PROFILE``: a profile that does not exist must not hide the others."""
    return botocore.session.Session(session_vars={"profile": (None, None, None, None)})


def _ca_bundle_of(core: Any) -> str | None:
    return core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or None


def _core(profile: str | None) -> Any:
    """A botocore session whose files can be read. Raises `ProblemError`."""
    core = session_of(profile)
    try:
        core.get_scoped_config()
    except (BotoCoreError, OSError, ValueError) as error:
        raise ProblemError(credentials_problem(error, CredentialSource(profile=effective_profile(profile)))) from error
    return core


def _configured_url(core: Any) -> str | None:
    def configured(service: str) -> str | None:
        provider = ConfiguredEndpointProvider(
            full_config=core.full_config, scoped_config=core.get_scoped_config(), client_name=service
        )
        url: str | None = provider.provide()
        return url

    for_all = configured("no-such-service")
    return next((url for name in _STREAM_SERVICES if (url := configured(name)) != for_all), for_all)


def _origin_of(url: str, profile: str | None) -> str:
    """The name of the setting that `url` comes from."""
    names = [f"AWS_ENDPOINT_URL_{name.replace('-', '_').upper()}" for name in _STREAM_SERVICES]
    for name in (*names, "AWS_ENDPOINT_URL"):
        if os.environ.get(name) == url:
            return f"{name} is set"
    shown = effective_profile(profile) or "default"
    return f"profile “{shown}” sets endpoint_url"
