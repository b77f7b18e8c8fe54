"""What the window watches reaches the engines of experiments, also those that are made later; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flux_desktop.engine.records.commands import SendControl, Watch
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.ab import AbPlan
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.services.ab_engine import AbEngine
from flux_desktop.ui.services.confirm_engine import ConfirmEngine
from flux_desktop.ui.services.engine_port import EngineFactory, RunEngine
from flux_desktop.ui.services.isolation_engine import IsolationEngine
from flux_desktop.ui.services.sweep_engine import SweepEngine
from flux_desktop.ui.services.watched_engines import WatchedEngines
from tests.ui import scripted
from tests.ui.window.page_bench import SilentEngine

SWEEP = Measurement(repeats=1).plan(scripted.plan(2))
OPTIONS = SWEEP.base.options
AB = AbPlan(base=SWEEP.base, data=SWEEP.data, entries=(0,), a=OPTIONS, b=OPTIONS)


class ReachedError(Exception):
    """Ends an experiment when it has made an engine."""


def ignore(*_: object) -> None:
    pass


def test_the_newest_engine_and_those_to_come_have_what_is_watched() -> None:
    made: list[SilentEngine] = [SilentEngine(), SilentEngine()]
    engines = WatchedEngines(lambda _sink: made[0] if not made[0].commands else made[1])
    engines.send(Watch(connections=[1]))
    engines.make(ignore)
    engines.send(Watch(connections=[1, 9]))
    engines.send(SendControl(control="CloseStream", connections=[1]))
    engines.make(ignore)
    engines.send(Watch(connections=[9]))
    assert made[0].commands == [Watch(connections=[1]), Watch(connections=[1, 9])]
    assert made[1].commands == [Watch(connections=[1, 9]), Watch(connections=[9])]


@pytest.mark.parametrize(
    ("experiment", "make"),
    [
        ("sweep.Sweep", lambda factory: SweepEngine(ignore, SWEEP, factory, ignore)),
        ("confirm.confirm", lambda factory: ConfirmEngine(ignore, SWEEP, (Setting(eot=0.7),), (), factory, ignore)),
        ("isolation.check_isolation", lambda factory: IsolationEngine(ignore, factory, ignore)),
        ("clip_run.ClipRun", lambda factory: AbEngine(ignore, AB, factory, ignore)),
    ],
)
async def test_every_experiment_passes_it_on(
    experiment: str, make: Callable[[EngineFactory], RunEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = SilentEngine()

    def begin(*_: object, make_engine: Any, **_more: object) -> None:
        make_engine(ignore)
        raise ReachedError

    monkeypatch.setattr(f"flux_desktop.experiments.{experiment}", begin)
    engine = make(lambda _sink: inner)
    engine.send(Watch(connections=[3]))
    with pytest.raises(ReachedError):
        await engine.run(SWEEP.base)
    assert inner.commands == [Watch(connections=[3])]
