"""The whole self-test with real processes: all well, and each process broken on purpose."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from flux_desktop.base import program
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.self_test import self_test
from flux_desktop.engine.self_test.clock_check import clock_skew_s
from flux_desktop.engine.self_test.quick_checks import QuickCheckResult
from flux_desktop.engine.self_test.self_test import SelfTest
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint

real_command = program.command


async def findings(picture: Path | None = None) -> dict[str, QuickCheckResult]:
    findings_by_name: dict[str, QuickCheckResult] = {}
    test = SelfTest(lambda each: findings_by_name.update({each.name: each}), picture)
    await test.run()
    assert test.failed == sum(each.problem is not None for each in findings_by_name.values())
    return findings_by_name


@pytest.fixture
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start something else instead of the module named by the parameter."""
    module, script = request.param

    def command(wanted: str, arguments: Sequence[str] = ()) -> list[str]:
        return [sys.executable, "-c", script] if wanted == module else real_command(wanted, arguments)

    monkeypatch.setattr(program, "command", command)


async def test_everything_works_here(tmp_path: Path) -> None:
    findings_by_name = await findings(tmp_path / "window.png")
    assert {name: each.problem for name, each in findings_by_name.items() if each.problem} == {}
    assert list(findings_by_name)[5:] == [
        "accuracy",
        "engine worker",
        "local endpoint",
        "clock",
        "scripted turn",
        "recognised turn",
        "window",
        "screen",
        "microphones",
    ]
    assert "whisper-normalizer" in findings_by_name["accuracy"].observation
    assert "Mr. John Dashwood" in findings_by_name["scripted turn"].observation
    assert findings_by_name["recognised turn"].observation.endswith("(WER 0 %)")
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")
    assert str(tmp_path / "window.png") in findings_by_name["window"].observation


SAYS_WHY = "import sys; sys.exit('libxcb-cursor.so.0: cannot open shared object file: No such file or directory')"


@pytest.mark.parametrize("broken", [("flux_desktop.ui.app.app", SAYS_WHY)], indirect=True)
async def test_a_window_that_lacks_a_library_names_it(broken: None) -> None:
    test = SelfTest(lambda _: None)
    with pytest.raises(self_test.ProblemError) as failed:
        await test._window()
    assert "libxcb-cursor.so.0" in failed.value.problem.why
    assert "apt-file search libxcb-cursor.so.0" in failed.value.problem.todo


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (("flux_desktop.engine.worker.worker", "import sys; sys.exit('no memory')"), "no memory."),
        (
            ("flux_desktop.engine.worker.worker", 'print(\'{"event":"worker_ready","pid":1,"version":"0.0.1"}\')'),
            "it has another version.",
        ),
    ],
    indirect=["broken"],
)
async def test_a_worker_that_fails_says_why(broken: None, why: str) -> None:
    with pytest.raises(self_test.ProblemError) as failed:
        await SelfTest(lambda _: None)._worker()
    assert failed.value.problem.why == why


async def test_a_screen_that_lacks_a_library_is_told() -> None:
    test = SelfTest(lambda _: None)
    test._painted = self_test.Painted(
        width=1,
        height=1,
        colours=99,
        usable_at_s=0,
        platform_problem="libxcb-cursor.so.0: cannot open shared object file",
    )
    with pytest.raises(self_test.ProblemError) as failed:
        await test._screen()
    assert failed.value.problem.code == "platform_unusable"


async def test_a_clock_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now, test = time.time, SelfTest(lambda _: None)
    try:
        info = await test._local.start()
        assert abs(clock_skew_s(info)) < 60
        for offset_s, word in ((400.0, "ahead of"), (-400.0, "behind")):
            monkeypatch.setattr(time, "time", lambda offset_s=offset_s: now() + offset_s)
            with pytest.raises(self_test.ProblemError) as failed:
                await test._clock()
            assert word in failed.value.problem.what
    finally:
        await test._local.stop()


async def test_words_that_are_not_the_sample_s_are_told(tmp_path: Path) -> None:
    """A script of other words for the same recording."""
    test, local = SelfTest(lambda _: None), LocalEndpoint()
    test._folder = tmp_path
    for name in ("conversation.wav", "conversation.words.json"):
        content = resource_path(f"sample_audio/{name}").read_bytes()
        (tmp_path / name).write_bytes(content.replace(b"Dashwood", b"Woodhouse") if name.endswith("json") else content)
    try:
        await local.start(["--script", str(tmp_path / "conversation.wav")])
        with pytest.raises(self_test.ProblemError) as failed:
            await test._turn(local, scripted=True)
    finally:
        await local.stop()
    assert "was transcribed as" in failed.value.problem.what
