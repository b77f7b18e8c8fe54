"""A clock that is set while a stream is open, against an endpoint that verifies the date of every event."""

from __future__ import annotations

import time

import pytest

from flux_desktop.aws.stream.opener import StreamOpener, StreamTarget
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from tests.aws.streaming import PATIENT, QUERY, Recorder


@pytest.mark.parametrize(("step_s", "words"), [(900, "set forward by 15 min"), (-900, "set back by 15 min")])
async def test_audio_that_is_rejected_for_its_date_is_a_clock_problem(
    monkeypatch: pytest.MonkeyPatch, step_s: int, words: str
) -> None:
    wall_s, wall_ns = time.time, time.time_ns
    local = LocalEndpoint()
    try:
        info = await local.start(["--recogniser", "silent"])
        target = StreamTarget(endpoint_name="local", region=info.region, endpoint_url=info.url, ca_file=info.ca_file)
        opener, recorder = StreamOpener(target, PATIENT), Recorder()
        stream = await opener.open(QUERY, info.credentials, recorder)
        await recorder.heard(1)
        monkeypatch.setattr(time, "time", lambda: wall_s() + step_s)
        monkeypatch.setattr(time, "time_ns", lambda: wall_ns() + step_s * 10**9)
        stream.send_audio(bytes(2560))
        end = await recorder.ended()
        monkeypatch.undo()
        assert end.problem is not None
        assert end.problem.code == "clock_skew"
        assert words in end.problem.what
        await opener.close()
    finally:
        await local.stop()
