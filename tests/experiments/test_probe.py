"""Probes of the built-in endpoint's builds: what is known of each build is found."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import Received, Sent
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.experiments.probe import probe_endpoint
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.probe_findings import Finding, bundle_from
from flux_desktop.reports.sessions.facts import read_facts


def plan(bundle: str, model: str = "flux-general-en") -> RunPlan:
    source = WavSource(path=str(resource_path("sample_audio/conversation.wav")))
    options = FluxOptions(model=model)
    return RunPlan(endpoint="local", source=source, options=options, local_arguments=("--bundle", bundle))


@pytest.mark.parametrize(
    ("name", "model"), [("latest", "flux-general-en"), ("flux-multi-20260417", "flux-general-multi")]
)
async def test_a_known_build_is_found_as_it_is(name: str, model: str, tmp_path: Path) -> None:
    shown: list[Finding] = []
    report = await probe_endpoint(plan(name, model), on_finding=shown.append, sessions_dir=tmp_path)
    print([(each.key, each.outcome, each.seen) for each in report.findings])
    assert report.reachable
    assert report.problem == ""
    assert report.streams <= 12
    assert sorted(map(str, shown)) == sorted(map(str, report.findings))
    truth, bundle = BUNDLES[name], bundle_from(report)
    assert bundle.controls == truth.controls
    assert truth.options is not None
    assert bundle.options is not None
    refused = {"redact"}  # not probed
    hints = set() if model == "flux-general-multi" else {"language_hint"}  # refused by the model, not by the build
    assert bundle.options - refused == truth.options - refused - hints
    for fact in ("eot_threshold_max", "eot_timeout_ms_max", "sends_trigger", "sends_word_times", "ends_turn_on_close"):
        assert getattr(bundle, fact) == getattr(truth, fact), fact
    facts = read_facts(Path(report.session))
    assert (facts.kind, facts.connections, facts.verdict) == ("probe", report.streams, "DONE")
    events = list(read_session(Path(report.session)))
    raw = [event.text for event in events if isinstance(event, Received)]
    assert any('"type":"EndOfTurn"' in text or '"event":"EndOfTurn"' in text for text in raw)
    sent = [event.text for event in events if isinstance(event, Sent)]
    assert any("Configure" in text for text in sent)
    finalize = next(each for each in report.findings if each.key == "control:Finalize")
    assert finalize.seen.startswith("not tried") is not any("Finalize" in text for text in sent)


async def test_a_model_that_the_endpoint_does_not_have_is_a_sentence() -> None:
    report = await probe_endpoint(plan("flux-multi-20260417", "flux-general-en"))
    assert not report.reachable
    assert report.problem.endswith(".")
    assert report.findings == []


async def test_an_endpoint_that_cannot_be_reached_is_a_sentence() -> None:
    wrong = msgspec.structs.replace(plan("latest"), endpoint="nobody", endpoint_url="https://127.0.0.1:9")
    report = await probe_endpoint(wrong)
    assert not report.reachable
    assert report.problem
