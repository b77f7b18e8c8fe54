"""The engines that carry out the runs of an experiment, one after another, each with what the window watches."""

from __future__ import annotations

from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink, RunEngine


class WatchedEngines:
    """Passes `Watch` on to the newest engine that it has made, and to those to come. Nothing else steers them:
    each run of an experiment is made with its own setting."""

    def __init__(self, make_engine: EngineFactory) -> None:
        self._make_engine = make_engine
        self._engine: RunEngine | None = None
        self._watch: Watch | None = None

    def make(self, sink: EventSink) -> RunEngine:
        """Make the engine of the next run (`EngineFactory`)."""
        self._engine = self._make_engine(sink)
        if self._watch is not None:
            self._engine.send(self._watch)
        return self._engine

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Take a command of the window."""
        if isinstance(command, Watch):
            self._watch = command
            if self._engine is not None:
                self._engine.send(command)
