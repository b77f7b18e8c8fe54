"""The run as the window shows it: fed with the event log, live or replayed, and read by the panels."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from operator import attrgetter

from flux_desktop.base.problem import Problem
from flux_desktop.base.side_store import SideFile
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.audio_events import AudioStarted, ClipAhead, ClipReference, ClipStarted
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    LevelMeasured,
    Notice,
    Received,
    RunEnded,
    RunStarted,
    Sent,
    Snapshot,
    TranscriptProvenance,
)
from flux_desktop.engine.records.facts import ConnectionState, GeneratorRow
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan
from flux_desktop.reports.accuracy import RunAccuracy
from flux_desktop.ui.models.absence import absence_of
from flux_desktop.ui.models.clip_words import ClipWords
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.ledger_history import LedgerHistory
from flux_desktop.ui.models.microphone_levels import MicrophoneLevels
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.models.series import RUN_POINTS, Band, Series

TABS_MAX = 12
_SHAPE = attrgetter("connections", "options", "variants")
"""Of a plan: what the conversations are made of."""
NOTICES_KEPT = 50
MICROPHONE_LOST = "microphone_lost"
"""Code of the notice that the engine sends."""


class RunModel:
    """State of one run. `begin` starts the next one; `feed` takes events in order; `revision` counts changes.

    A transcript stays until the next run has a stream: an attempt that never gets one leaves it in place.
    """

    def __init__(self) -> None:
        self.phase = RunPhase.IDLE
        self.plan: RunPlan | None = None
        self.attempt: RunModel | None = None
        """The run that was started while this transcript is shown, until its first stream is open."""
        self.failed_attempt: RunModel | None = None
        """The last such run, if it ended without a stream."""
        self.reset(None)

    def begin(
        self,
        plan: RunPlan,
        truth: SpokenWords | None = None,
        planned_s: float | None = None,
        origin: Origin = Origin.LIVE,
    ) -> None:
        """Get ready for a run: at once, or, where a transcript is shown, when the run has its first stream."""
        self.failed_attempt = None
        if origin is Origin.LIVE and any(conversation.cards for conversation in self.conversations.values()):
            self.attempt = RunModel()
            self.attempt.reset(plan, truth, planned_s, origin)
            self.phase = RunPhase.STARTING
            self.revision += 1
        else:
            self.attempt = None
            self.reset(plan, truth, planned_s, origin)

    @property
    def current(self) -> RunModel:
        """The run in progress, also while another one's transcript is still shown; else the run that is shown."""
        return self.attempt or self

    def reset(
        self,
        plan: RunPlan | None,
        truth: SpokenWords | None = None,
        planned_s: float | None = None,
        origin: Origin = Origin.LIVE,
    ) -> None:
        """Forget the last run and get ready for `plan`; its connections exist from now on.

        `truth` are the recording's words, where they are known; `planned_s` is how long the run is to last.
        """
        self.origin = origin
        self.planned_s = planned_s
        self.plan = plan
        self.phase = RunPhase.IDLE if plan is None else RunPhase.STARTING
        total = 0 if plan is None else plan.connections
        self._side_file = SideFile()
        self.conversations: dict[int, Conversation] = {n: self._new_conversation(n, truth) for n in range(1, total + 1)}
        self.ledger: dict[str, int] = {str(ConnectionState.WAITING): total} if total else {}
        self.snapshot: Snapshot | None = None
        self.notices: deque[Problem] = deque(maxlen=NOTICES_KEPT)
        self.ended: RunEnded | None = None
        self.accuracy: RunAccuracy | None = None
        """Read from the recording after the end; None until then, and without reference texts."""
        self.started: RunStarted | None = None
        self.now_s = 0.0
        self.opening_s: float | None = None
        """When the first stream began to open."""
        self.update = Band()
        self.wire = Band()
        self.streams = LedgerHistory()
        self.pacing_p99 = Series(first=RUN_POINTS)
        self.generators: list[GeneratorRow] = []
        """The machines of a run on several, as they were last seen."""
        self.clip_words = ClipWords()
        """What is said in the clips of a data set: of a live run from the data set, of a recording from its events."""
        self.unread: set[int] = set()
        """Connections of a past run whose messages have not been read: each is `load`ed when it is looked at."""
        self._truth = truth
        self.microphone = MicrophoneLevels()
        self.generation = getattr(self, "generation", 0) + 1
        self.revision = 0

    def load(self, conn: int, events: Iterable[Event]) -> None:
        """Show what was recorded of a connection of a past run, of which only the state was known so far."""
        known = self._heard_of(conn)
        fresh = self._new_conversation(conn, self._truth)
        fresh.audio = known.audio
        if known.audio.started_t is not None:
            fresh.timeline.begins(known.audio.started_t)
        for event in events:
            self._dispatch(fresh, event)
        fresh.row, fresh.transcript_from = known.row, known.transcript_from
        fresh.summary = known.summary or fresh.summary
        fresh.timeline.reached(known.timeline)
        if self.ended is not None:
            fresh.run_ended(known.absence)
        fresh.revision += known.revision + 1
        vars(known).update(vars(fresh))
        self.revision += 1

    def _dispatch(self, conversation: Conversation, event: Event) -> None:
        """Give a connection an event about it."""
        match event:
            case Received():
                conversation.received(event)
            case ConnectionChanged():
                conversation.connection_changed(event)
            case Sent():
                conversation.sent(event)
            case ClipStarted():
                conversation.clip_started(event, self.clip_words.of(event))
            case AudioStarted() | ClipAhead():
                conversation.audio_event(event)
            case ConnectionEnded():
                conversation.ended(event)

    @property
    def active(self) -> bool:
        """Whether a run or a replay is in progress."""
        return self.phase in {RunPhase.STARTING, RunPhase.RUNNING, RunPhase.STOPPING}

    def conversation(self, conn: int) -> Conversation:
        """The connection's conversation; an empty one of its own where the run has no such connection.

        What still shows an earlier run, such as a tab, must not add connections to this one.
        """
        return self.conversations.get(conn) or self._new_conversation(conn)

    def _heard_of(self, conn: int) -> Conversation:
        """The connection's conversation, made when it is first heard of."""
        if conn not in self.conversations:
            self.conversations[conn] = self._new_conversation(conn)
        return self.conversations[conn]

    def _new_conversation(self, conn: int, truth: SpokenWords | None = None) -> Conversation:
        options = self.plan.options_for(conn) if self.plan else None
        return Conversation(conn, truth, self._side_file, options)

    def feed(self, event: Event) -> None:
        """Take one event of the log."""
        if self.attempt is not None:
            self._feed_attempt(self.attempt, event)
            return
        self.revision += 1
        self.now_s = max(self.now_s, getattr(event, "t", 0.0))
        match event:
            case Received() | Sent() | ClipStarted() | AudioStarted() | ClipAhead():
                self._dispatch(self._heard_of(event.conn), event)
            case Snapshot():
                self._snapshot(event)
            case ConnectionChanged():
                self._dispatch(self._heard_of(event.conn), event)
                if self.opening_s is None:
                    self.opening_s = event.t
                if event.state is ConnectionState.STREAMING and self.phase is RunPhase.STARTING:
                    self.phase = RunPhase.RUNNING
            case LevelMeasured():
                self.microphone.take(event)
            case ClipReference():
                self.clip_words.take(event)
            case ConnectionEnded():
                self._dispatch(self._heard_of(event.summary.conn), event)
            case RunStarted():
                self._begins(event)
            case TranscriptProvenance():
                for conversation in self.conversations.values():
                    conversation.transcript_from = tuple(
                        event.sources.get(conversation.request_id or "", conversation.transcript_from)
                    )
            case GeneratorsSeen():
                self.generators = event.rows
            case Notice():
                self.notices.append(event.problem)
            case RunEnded():
                self.ended, self.ledger = event, event.ledger
                self.streams.take(self.now_s, event.ledger)
                self.phase = RunPhase.ENDED
                heard = self.conversations.values()
                absence = absence_of(event, sum(each.summary is not None for each in heard), self.origin)
                for conversation in heard:
                    conversation.run_ended(absence)

    def _begins(self, event: RunStarted) -> None:
        """Show from its beginning what was not expected: another plan, or the next run of the same experiment."""
        expected, phase, clip_words = self.plan, self.phase, self.clip_words
        if self.started is not None or expected is None or _SHAPE(expected) != _SHAPE(event.plan):
            self.reset(event.plan, self._truth, self.planned_s, self.origin)
            self.clip_words = clip_words
            self.phase = phase if phase is RunPhase.STOPPING else self.phase
        self.started = event

    def _feed_attempt(self, attempt: RunModel, event: Event) -> None:
        """Let an attempt take this model over with its first stream; end it where it never had one."""
        attempt.feed(event)
        if attempt.phase is RunPhase.RUNNING:
            phase, generation = self.phase, self.generation
            vars(self).update(vars(attempt))
            self.generation = generation + 1
            if phase is RunPhase.STOPPING:
                self.phase = phase
        elif attempt.phase is RunPhase.ENDED:
            self.attempt, self.failed_attempt = None, attempt
            self.phase = RunPhase.ENDED
            self.revision += 1

    def preview_level(self, event: LevelMeasured) -> None:
        """How loud the microphone is before the first run; what a past run heard is left as it is."""
        if self.phase is RunPhase.IDLE:
            self.microphone.preview(event)

    @property
    def records_microphone(self) -> bool:
        """Whether a microphone is being recorded at this moment."""
        source = None if self.plan is None else self.plan.source
        is_recorded = isinstance(source, MicrophoneSource) and source.record
        return is_recorded and self.active and self.origin is Origin.LIVE

    @property
    def lost_microphone(self) -> bool:
        """Whether the microphone was lost during the run."""
        return any(problem.code == MICROPHONE_LOST for problem in self.notices)

    def _snapshot(self, event: Snapshot) -> None:
        self.snapshot = event
        self.ledger = event.ledger
        for row in event.rows:
            self._heard_of(row.conn).row_changed(event.t, row)
        self.streams.take(event.t, event.ledger)
        self.update.take(event.t, event.update)
        self.wire.take(event.t, event.wire)
        if event.pacing.p99_ms is not None:
            self.pacing_p99.append(event.t, event.pacing.p99_ms)

    @property
    def is_ramped(self) -> bool:
        """Whether connections open one after another, so that none has the run's own length."""
        return self.plan is not None and bool(
            self.plan.stages or self.plan.batch_size or self.plan.held_max or self.plan.on_demand
        )

    def elapsed_s(self) -> float:
        """How far the run is, in seconds: of audio sent, or, on a ramp, since its first stream began to open."""
        if self.is_ramped:
            return 0.0 if self.opening_s is None else self.now_s - self.opening_s
        return self.sent_s()

    def sent_s(self) -> float:
        """Seconds of audio sent by the stream that is furthest."""
        return max((c.row.position_s for c in self.conversations.values() if c.row is not None), default=0.0)

    def streaming(self) -> int:
        """Connections that are streaming right now."""
        return self.ledger.get(str(ConnectionState.STREAMING), 0)
