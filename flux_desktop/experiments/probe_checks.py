"""The checks of a probe: which parameters, messages and limits a build supports, by at most twelve short streams.

Flux has no capability query, and what a build does not support ends the stream. Every risky question has a stream of
its own, so that a refusal costs no other answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from flux_desktop.engine.connection.transport import Transport
from flux_desktop.engine.records.events import Event
from flux_desktop.experiments.probe_messages import SPEECH_S, connected_finding, finding_of, message_findings
from flux_desktop.experiments.probe_stream import CLOSE_MAX_S, ProbeStream
from flux_desktop.flux.messages import (
    CloseStream,
    Configure,
    ConfigureFailure,
    ConfigureSuccess,
    Finalize,
    ForceEndTurn,
    KeepAlive,
    Thresholds,
    encode,
)
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.probe_findings import Finding, Outcome
from flux_desktop.flux.query import query_string

ANSWER_S = 3.0
"""How long an answer to a control message is waited for."""
AT_ONCE = 4
"""Streams open at the same time."""
IDLE_S = 60.0
_UNKNOWN_SHOWN = 5
_CHUNK_S = 0.08


class Prober:
    """Probes one endpoint through a transport. `audio` is speech in linear16 at 16 kHz."""

    def __init__(self, transport: Transport, options: FluxOptions, audio: bytes) -> None:
        self.findings: list[Finding] = []
        self._transport, self._options, self._audio = transport, options, audio
        self._opened: list[ProbeStream] = []
        self._gate = asyncio.Semaphore(AT_ONCE)

    @property
    def streams(self) -> int:
        """How many streams were opened."""
        return len(self._opened)

    def unknown_messages(self) -> list[str]:
        """Messages that this program does not know, as they came: the first few."""
        return [text for stream in self._opened for text in stream.unknown()][:_UNKNOWN_SHOWN]

    def traffic(self, began_s: float) -> list[Event]:
        """Everything that was sent and received, by time; stream k is connection k. `began_s` is zero of the times."""
        events = [event for conn, stream in enumerate(self._opened, 1) for event in stream.events(conn, began_s)]
        return sorted(events, key=lambda event: getattr(event, "t", 0.0))

    async def run(self, *, long: bool, on_finding: Callable[[Finding], None]) -> str:
        """Ask everything; returns why the endpoint cannot be used at all, or an empty text."""
        refusal = await self._conversation(on_finding)
        if refusal:
            return refusal
        checks: list[Callable[[], Awaitable[list[Finding]]]] = [
            self._configure,
            self._force_end_turn,
            self._older_controls,
            lambda: self._accepts("value:eot_threshold 1.0", "eot_threshold 1.0", "newer builds", eot_threshold=1.0),
            lambda: self._accepts(
                "value:eot_threshold 0.49", "eot_threshold 0.49", "refused: 0.5 is the lowest", eot_threshold=0.49
            ),
            lambda: self._accepts(
                "value:eot_timeout_ms 60000", "eot_timeout_ms 60000", "newer builds", eot_timeout_ms=60_000
            ),
            self._keyterms_and_close,
            lambda: self._accepts("option:profanity_filter", "profanity_filter", "newer builds", profanity_filter=True),
            lambda: self._accepts("option:numerals", "numerals", "newer builds", numerals=True),
            lambda: self._accepts(
                "option:language_hint", "language_hint", "flux-general-multi only", language_hints=("en",)
            ),
            lambda: self._accepts("value:mulaw 8000", "mulaw at 8 kHz", "yes", encoding="mulaw", sample_rate_hz=8000),
        ]
        if long:
            checks.append(self._idle)

        async def carry_out(check: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
            async with self._gate:
                findings = await check()
            for finding in findings:
                on_finding(finding)
            return findings

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(carry_out(check)) for check in checks]
        self.findings += [finding for task in tasks for finding in task.result()]
        return ""

    # ------------------------------------------------------------ the checks

    async def _conversation(self, on_finding: Callable[[Finding], None]) -> str:
        """A turn that ends by model or timeout."""
        options = msgspec.structs.replace(self._options, eot_timeout_ms=1500)
        async with self._stream(options, self._audio[: speech_bytes(SPEECH_S)]) as stream:
            if stream.refusal is not None:
                return stream.refusal.sentence()
            connected_s = stream.connected_after_s or 0.0
            stream.begin_audio()
            await stream.wait_for(lambda: bool(stream.turn_infos("EndOfTurn")) or stream.is_over, SPEECH_S + 6.0)
            findings = [connected_finding(connected_s), *message_findings(stream)]
        for finding in findings:
            on_finding(finding)
        self.findings += findings
        return ""

    async def _closed(self, stream: ProbeStream) -> list[Finding]:
        await stream.end_audio()
        sent_s = stream.now_s()
        stream.send(encode(CloseStream()))
        ended = await stream.wait_for(lambda: stream.end is not None, CLOSE_MAX_S)
        took_s = (stream.end_after_s or 0.0) - sent_s
        last = [info.event for _, info in stream.turn_infos(since_s=sent_s)]
        orderly = stream.end is not None and stream.end.orderly
        how = f"the stream ended after {took_s:.2f} s" if ended else f"no end within {CLOSE_MAX_S:g} s"
        return [
            finding_of("control:CloseStream", "CloseStream", "yes", "yes" if orderly else "no", how),
            finding_of(
                "message:EndOfTurn after CloseStream",
                "EndOfTurn after CloseStream",
                "older builds",
                "yes" if "EndOfTurn" in last else "no",
                f"then: {', '.join(last) or 'nothing'}",
            ),
        ]

    async def _configure(self) -> list[Finding]:
        documented = "yes; SageMaker flux-english-20260311: no"
        wanted = Thresholds(eot_threshold=0.8, eot_timeout_ms=4000)
        async with self._stream(self._options) as stream:
            if stream.refusal is not None:
                return [finding_of("control:Configure", "Configure", documented, "unclear", stream.refusal.what)]
            stream.begin_audio()
            sent_s = stream.now_s()
            stream.send(encode(Configure(thresholds=wanted)))
            await stream.wait_for(lambda: _configured(stream, sent_s) or stream.is_over, ANSWER_S)
            success = stream.first(ConfigureSuccess, sent_s)
            if success is None:
                outcome, seen = _refused_or_silent(stream, stream.first(ConfigureFailure, sent_s) is not None)
                return [finding_of("control:Configure", "Configure", documented, outcome, seen)]
            echo = success.message.thresholds if isinstance(success.message, ConfigureSuccess) else None
            equal = echo is not None and (echo.eot_threshold, echo.eot_timeout_ms) == (0.8, 4000)
            first = finding_of(
                "control:Configure", "Configure", documented, "yes", f"after {1000 * (success.at_s - sent_s):.0f} ms"
            )
            second = finding_of(
                "message:Configure echo", "echo of Configure", "equal", "yes" if equal else "no", success.text
            )
            return [first, second, await self._wrong_configure(stream)]

    async def _wrong_configure(self, stream: ProbeStream) -> Finding:
        sent_s = stream.now_s()
        stream.send(encode(Configure(thresholds=Thresholds(eot_threshold=0.6, eager_eot_threshold=0.8))))
        await stream.wait_for(lambda: _configured(stream, sent_s) or stream.is_over, ANSWER_S)
        failure = stream.first(ConfigureFailure, sent_s)
        if failure is not None:
            outcome: Outcome = "yes"
            seen = failure.text
        elif stream.first(ConfigureSuccess, sent_s) is not None:
            outcome, seen = "no", "it was accepted"
        else:
            outcome, seen = _refused_or_silent(stream, rejected=False)
        return finding_of(
            "message:ConfigureFailure", "rejection of a wrong Configure", "ConfigureFailure", outcome, seen
        )

    async def _force_end_turn(self) -> list[Finding]:
        async with self._stream(self._options) as stream:
            if stream.refusal is not None:
                return [
                    finding_of("control:ForceEndTurn", "ForceEndTurn", "newer builds", "unclear", stream.refusal.what)
                ]
            stream.begin_audio()
            await stream.wait_for(lambda: bool(stream.turn_infos("StartOfTurn")) or stream.is_over, SPEECH_S)
            sent_s = stream.now_s()
            stream.send(encode(ForceEndTurn()))
            await stream.wait_for(lambda: bool(stream.turn_infos("EndOfTurn", sent_s)) or stream.is_over, 1.5)
            ends = stream.turn_infos("EndOfTurn", sent_s)
            if ends:
                trigger = f", trigger {ends[0][1].trigger}" if ends[0][1].trigger else ""
                seen = f"EndOfTurn after {1000 * (ends[0][0] - sent_s):.0f} ms{trigger}"
                return [finding_of("control:ForceEndTurn", "ForceEndTurn", "newer builds", "yes", seen)]
            outcome, seen = _refused_or_silent(stream, rejected=False)
            return [finding_of("control:ForceEndTurn", "ForceEndTurn", "newer builds", outcome, seen)]

    async def _older_controls(self) -> list[Finding]:
        """KeepAlive and Finalize are of the older protocol; the first that is refused ends the stream.

        Of the second one the refusal of the first says whether it is accepted, where that lists what is.
        """
        findings: list[Finding] = []
        async with self._stream(self._options) as stream:
            for name, text in (("KeepAlive", encode(KeepAlive())), ("Finalize", encode(Finalize()))):
                documented = "no (older protocol)"
                if stream.refusal is not None or stream.is_over:
                    answer = stream.why_over() if findings else ""
                    outcome: Outcome = "unclear"
                    seen = "not tried: the stream had ended"
                    if " expected " in answer:
                        outcome = "yes" if f"`{name}`" in answer else "no"
                        seen = f"not tried; the answer to KeepAlive lists what is accepted: {answer}"
                    findings.append(finding_of(f"control:{name}", name, documented, outcome, seen))
                    continue
                if name == "KeepAlive":
                    stream.begin_audio()
                stream.send(text)
                await stream.wait_for(lambda: stream.is_over, 1.5)
                outcome = stream.denial if stream.is_over else "yes"
                findings.append(
                    finding_of(
                        f"control:{name}", name, documented, outcome, stream.why_over() or "the stream continues"
                    )
                )
        return findings

    async def _accepts(self, key: str, feature: str, documented: str, **changes: object) -> list[Finding]:
        """Whether a stream with other parameters is opened and survives its first audio."""
        options = msgspec.structs.replace(self._options, **changes)
        async with self._stream(options) as stream:
            if stream.refusal is not None:
                refusal = stream.refusal
                return [finding_of(key, feature, documented, stream.denial, refusal.why or refusal.what)]
            stream.begin_audio()
            await stream.wait_for(lambda: bool(stream.turn_infos()) or stream.is_over, 2.0)
            outcome: Outcome = stream.denial if stream.is_over else "yes"
            return [finding_of(key, feature, documented, outcome, stream.why_over())]

    async def _keyterms_and_close(self) -> list[Finding]:
        """Parameters that every build is said to have, and CloseStream in the middle of a turn."""
        key, feature = "option:keyterm", "keyterm, tag, mip_opt_out"
        options = msgspec.structs.replace(self._options, keyterms=("probe",), tags=("probe",), mip_opt_out=True)
        async with self._stream(options) as stream:
            if stream.refusal is not None:
                return [finding_of(key, feature, "yes", stream.denial, stream.refusal.why or stream.refusal.what)]
            stream.begin_audio()
            await stream.wait_for(lambda: _has_words(stream) or stream.is_over, 8.0)
            if stream.is_over:
                return [finding_of(key, feature, "yes", stream.denial, stream.why_over())]
            return [finding_of(key, feature, "yes", "yes", ""), *await self._closed(stream)]

    async def _idle(self) -> list[Finding]:
        """A stream without speech for a minute, kept alive by single samples."""
        async with self._stream(self._options, b"") as stream:
            if stream.refusal is not None:
                return []
            began_s = stream.now_s()
            while not stream.is_over and stream.now_s() - began_s < IDLE_S:
                stream.keep_alive()
                await stream.wait_for(lambda: stream.is_over, 10.0)
            outcome: Outcome = stream.denial if stream.is_over else "yes"
            seen = stream.why_over() or f"open after {IDLE_S:.0f} s"
            return [finding_of("value:idle 60 s", "60 s idle with single samples", "yes", outcome, seen)]

    # ------------------------------------------------------------ helpers

    def _stream(self, options: FluxOptions, audio: bytes | None = None) -> ProbeStream:
        is_linear = options.encoding == "linear16"
        size = round(options.sample_rate_hz * _CHUNK_S) * (2 if is_linear else 1)
        sound = (self._audio if audio is None else audio) if is_linear else b"\xff" * size * 40
        stream = ProbeStream(self._transport, query_string(options), sound, size, _CHUNK_S)
        self._opened.append(stream)
        return stream


def speech_bytes(seconds: float) -> int:
    """The size of so much linear16 at 16 kHz, in whole chunks."""
    return round(seconds / _CHUNK_S) * round(16_000 * _CHUNK_S) * 2


def _has_words(stream: ProbeStream) -> bool:
    return any(len(info.transcript.split()) >= 3 for _, info in stream.turn_infos())


def _configured(stream: ProbeStream, since_s: float) -> bool:
    return any(stream.first(kind, since_s) is not None for kind in (ConfigureSuccess, ConfigureFailure))


def _refused_or_silent(stream: ProbeStream, rejected: bool) -> tuple[Outcome, str]:
    if rejected:
        return "unclear", "the change was rejected"
    if stream.is_over:
        return stream.denial, stream.why_over()
    return "unclear", "no answer"
