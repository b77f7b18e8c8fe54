"""Preflight checks of a run: audio, credentials, address and reachability, before the first stream is opened."""

from __future__ import annotations

import logging
from functools import partial

import msgspec

from flux_desktop.aws.probe import address_of, probe
from flux_desktop.aws.target import Credentials, StreamTarget
from flux_desktop.base.child_environment import proxy_logins, without_proxy_for
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import ProxyVariables
from flux_desktop.engine.records.plan import RunPlan, plan_problems
from flux_desktop.engine.sending import audio_source
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.speech_models.catalogue import ENGLISH, MULTILINGUAL, SpeechModel
from flux_desktop.speech_models.store import not_installed

_LOG = logging.getLogger(__name__)


class Ready(msgspec.Struct, kw_only=True):
    """A fully resolved plan, its credentials, and sentences for the user."""

    plan: RunPlan
    credentials: Credentials
    notes: list[str]
    proxies: ProxyVariables


def transcription_notes(info: LocalEndpointInfo, flux_model: str) -> list[str]:
    """Where the built-in endpoint's transcripts come from, and what is missing for the Flux model asked for."""
    if info.recogniser == "silent":
        return ["Transcription is off: the endpoint sends timing events only."]
    if ENGLISH.name not in info.speech_models:
        problem = not_installed(ENGLISH)
        return [f"Only recordings with a script, such as the sample, are transcribed. {problem.what} {problem.todo}"]
    if MULTILINGUAL.name in info.speech_models and flux_model == "flux-general-multi":
        return [_source(info, MULTILINGUAL)]
    notes = [_source(info, ENGLISH)]
    if flux_model == "flux-general-multi":
        problem = not_installed(MULTILINGUAL)
        notes.append(f"Only English is recognised. {problem.what} {problem.todo}")
    return notes


def _source(info: LocalEndpointInfo, model: SpeechModel) -> str:
    if info.recogniser == "auto":
        return f"Recordings with a script, such as the sample, use its words; {model.title} transcribes all others."
    return f"{model.title} transcribes the audio."


def check(plan: RunPlan) -> None:
    """Raise `ProblemError` with the first problem of the plan itself."""
    problems = plan_problems(plan)
    if problems:
        raise ProblemError(problems[0])


async def prepare(plan: RunPlan, local: LocalEndpoint) -> Ready:
    """Read the audio's header, load the credentials, and check that the endpoint can be reached.

    Raises `ProblemError` with the first problem.
    """
    plan, notes = await with_audio(plan)
    if plan.is_local:
        info = await local.start(plan.local_arguments)
        plan = msgspec.structs.replace(
            plan, endpoint_url=info.url, region=info.region, ca_file=info.ca_file, bundle=info.bundle
        )
        return Ready(
            plan=plan,
            credentials=info.credentials,
            notes=[*notes, *transcription_notes(info, plan.options.model)],
            proxies=ProxyVariables(without_proxy_for(info.url)),
        )
    ready = await resolved(plan)
    return msgspec.structs.replace(ready, notes=[*notes, *ready.notes])


async def with_audio(plan: RunPlan) -> tuple[RunPlan, list[str]]:
    """The plan with what its source states, and notes about it. Raises `ProblemError`."""
    plan, notes = await file_work("Reading the recording", partial(audio_source.prepared, plan))
    check(plan)  # again, now that the sample rate is the file's
    return plan, notes


async def resolved(plan: RunPlan) -> Ready:
    """A plan for an endpoint of AWS with this machine's configuration and keys, once the endpoint was reached.

    Raises `ProblemError` with the first problem.
    """
    plan, note = await _configured(plan)
    target = StreamTarget(
        endpoint_name=plan.endpoint,
        region=plan.region,
        endpoint_url=plan.endpoint_url,
        ca_file=plan.ca_file,
        target_variant=plan.target_variant,
    )
    _check_address(target, note)  # before any sign-in is asked for
    credentials = await fresh_credentials(plan)
    timings = await probe(target)
    _LOG.debug("%s reached: %s", address_of(target), timings)
    return Ready(
        plan=plan, credentials=credentials, notes=[note] if note else [], proxies=ProxyVariables(proxy_logins())
    )


async def _configured(plan: RunPlan) -> tuple[RunPlan, str]:
    """The plan with the address and the authorities of this machine's AWS configuration, and a sentence about them."""

    def configure() -> tuple[RunPlan, str]:
        # Imported here: a window that only uses the built-in endpoint does not load boto3.
        from flux_desktop.aws.account.configuration import ca_bundle, stream_address

        ca_file = plan.ca_file or ca_bundle(plan.profile)
        if plan.endpoint_url:
            return msgspec.structs.replace(plan, ca_file=ca_file), ""
        address = stream_address(plan.region, plan.profile)
        changed = msgspec.structs.replace(plan, ca_file=ca_file, endpoint_url=address.url if address.reason else None)
        return changed, f"Streams go to {address.url}, because {address.reason}." if address.reason else ""

    return await file_work("Reading the AWS configuration", configure)


def _check_address(target: StreamTarget, note: str) -> None:
    """Raise `ProblemError` for an address that cannot be used, naming the setting that it comes from."""
    try:
        address_of(target)
    except ProblemError as error:
        why = " ".join(part for part in (error.problem.why, note) if part)
        raise ProblemError(msgspec.structs.replace(error.problem, why=why)) from None


async def fresh_credentials(plan: RunPlan) -> Credentials:
    """Valid credentials of the plan's profile; raises `ProblemError`."""
    from flux_desktop.aws.account.credentials import load_credentials  # boto3, as above

    return await load_credentials(plan.profile)
