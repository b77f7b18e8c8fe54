"""Everything that must be settled before the first stream is opened, so that a mistake is told in one sentence."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any

import msgspec

from flux_desktop.aws.target import Credentials, StreamTarget
from flux_desktop.base.child_environment import proxy_logins, without_proxy_for
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import ProxyVariables
from flux_desktop.engine.records.plan import RunPlan, plan_problems
from flux_desktop.engine.sending import audio_source
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint


class Ready(msgspec.Struct, kw_only=True):
    """A plan with nothing left open, the keys for it, and sentences a person should read."""

    plan: RunPlan
    credentials: Credentials
    notes: list[str]
    proxies: ProxyVariables


_RECOGNISERS = {
    "auto": "the script where the recording has one, as the sample does, else from PocketSphinx",
    "pocketsphinx": "PocketSphinx",
    "silent": "nobody: this endpoint only keeps time",
}

Preparing = Coroutine[Any, Any, Ready]


def check(plan: RunPlan) -> None:
    """Raise `ProblemError` with the first thing that is wrong with a plan by itself."""
    found = plan_problems(plan)
    if found:
        raise ProblemError(found[0])


async def prepare(plan: RunPlan, local: LocalEndpoint) -> Ready:
    """Read the audio's head, find the keys, and see that the endpoint can be reached.

    Raises `ProblemError` with the first thing that is wrong.
    """
    plan, notes = await file_work("Reading the recording", partial(audio_source.prepared, plan))
    check(plan)  # again, now that the sample rate is the file's
    if plan.is_local:
        info = await local.start(plan.local_arguments)
        plan = msgspec.structs.replace(
            plan, endpoint_url=info.url, region=info.region, ca_file=info.ca_file, bundle=info.bundle
        )
        return Ready(
            plan=plan,
            credentials=info.credentials,
            notes=[*notes, f"Words come from {_RECOGNISERS.get(info.recogniser, info.recogniser)}."],
            proxies=ProxyVariables(without_proxy_for(info.url)),
        )
    from flux_desktop.aws.account.credentials import ca_bundle
    from flux_desktop.aws.probe import address_of, probe

    target = StreamTarget(
        endpoint_name=plan.endpoint,
        region=plan.region,
        endpoint_url=plan.endpoint_url,
        ca_file=plan.ca_file,
        target_variant=plan.target_variant,
    )
    address_of(target)  # an address that cannot be used is told before any sign-in is asked for
    credentials = await fresh_credentials(plan)
    if not plan.ca_file:
        plan = msgspec.structs.replace(
            plan, ca_file=await file_work("Reading the AWS configuration", partial(ca_bundle, plan.profile))
        )
    await probe(msgspec.structs.replace(target, ca_file=plan.ca_file))
    return Ready(plan=plan, credentials=credentials, notes=notes, proxies=ProxyVariables(proxy_logins()))


async def fresh_credentials(plan: RunPlan) -> Credentials:
    """The keys of the plan's profile as of now; raises `ProblemError`."""
    # Imported here: a window that only ever uses the built-in endpoint need not load boto3.
    from flux_desktop.aws.account.credentials import load_credentials

    return await load_credentials(plan.profile)
