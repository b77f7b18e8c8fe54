"""A probe of an endpoint: its checks over the endpoint's own transport, and their traffic kept as a session."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from flux_desktop import __version__
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from flux_desktop.experiments.probe_checks import Prober, speech_bytes
from flux_desktop.flux.probe_findings import Finding, ProbeReport
from flux_desktop.reports.probe_session import keep_probe_session

_log = logging.getLogger(__name__)


async def probe_endpoint(
    plan: RunPlan,
    *,
    long: bool = False,
    local: LocalEndpoint | None = None,
    on_finding: Callable[[Finding], None] = lambda _: None,
    sessions_dir: Path | None = None,
) -> ProbeReport:
    """Probe the endpoint of a plan and keep the traffic as a session.

    Expected failures are in the report's `problem`.
    """
    began_s = time.monotonic()
    report = ProbeReport(
        endpoint=plan.endpoint,
        region=plan.region,
        model=plan.options.model,
        version=__version__,
        wall_time=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    own = local or LocalEndpoint()
    transport: SageMakerTransport | None = None
    prober: Prober | None = None
    try:
        audio = await file_work("Reading the sample", _speech)
        ready = await preflight.prepare(plan, own)
        transport = SageMakerTransport(ready.plan, ready.credentials)
        prober = Prober(transport, msgspec.structs.replace(ready.plan.options, sample_rate_hz=16_000), audio)
        report.problem = await prober.run(long=long, on_finding=on_finding)
        report.reachable = not report.problem
    except ProblemError as error:
        report.problem = error.problem.sentence()
    finally:
        if transport is not None:
            await transport.close()
        if local is None:
            await own.stop()
    if prober is not None:
        report.findings = prober.findings
        report.unknown_messages = prober.unknown_messages()
        report.streams = prober.streams
    report.duration_s = round(time.monotonic() - began_s, 1)
    if prober is not None and prober.streams:
        traffic = prober.traffic(began_s)
        try:
            folder = await file_work(
                "Keeping the probe", lambda: keep_probe_session(report, plan, traffic, sessions_dir)
            )
            report.session = str(folder)
        except (OSError, ProblemError) as error:  # what was found counts without it
            _log.warning("The traffic of the probe was not kept: %s", error)
    return report


def _speech() -> bytes:
    recording = open_recording(resource_path("sample_audio/conversation.wav"), "mix", 16_000)
    return recording.pcm()[: speech_bytes(8.0)]
