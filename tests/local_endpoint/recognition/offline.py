"""A stream's audio through detector, schedule and model without processes and clocks: the audio waits for decodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool
from flux_desktop.local_endpoint.recognition.decode_protocol import DecodeResult, Request
from flux_desktop.local_endpoint.recognition.decode_worker import DecodeSession
from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker, OnAnswer, OnExit
from flux_desktop.local_endpoint.recognition.recogniser import Recogniser
from flux_desktop.local_endpoint.recognition.turn_taking import TurnStep, TurnTaker, TurnThresholds
from flux_desktop.local_endpoint.recognition.whisper.model import WhisperModel
from flux_desktop.local_endpoint.recognition.whisper.schedule import DecodeSchedule
from flux_desktop.speech_models.catalogue import SpeechModel

FRAME_BYTES = 2560


class InlineWorker(DecodeWorker):
    """Decodes in this process, at once, whatever is due after each request."""

    def __init__(self, whisper: WhisperModel, model: SpeechModel, on_answer: OnAnswer, on_exit: OnExit) -> None:
        super().__init__(model, on_answer, on_exit)
        self._deliver = on_answer
        self._schedule = DecodeSchedule()
        self._session = DecodeSession(whisper)
        self.decodes = 0

    def request(self, request: Request) -> None:
        self._schedule.take([request])
        for utterance in self._schedule.known_finals():
            self._deliver(self._session.final_of_pause(utterance))
        while (job := self._schedule.next_job()) is not None:
            blocks = [utterance.blocks for utterance in job.utterances]
            answers: list[DecodeResult] = self._session.carry_out(job)
            self._schedule.done(job, blocks)
            self.decodes += 1
            for answer in answers:
                self._deliver(answer)

    async def run(self) -> None:
        raise AssertionError("no process is started")


class Outcome(NamedTuple):
    """Every event of the stream, and how many decodes it took."""

    steps: list[TurnStep]
    decodes: int

    def transcript(self) -> str:
        """The texts of all turns."""
        return " ".join(step.transcript for step in self.steps if step.event.value == "EndOfTurn" and step.transcript)


SILENCE_BYTES = {"linear16": b"\0\0", "mulaw": b"\xff"}


def recognise(
    whisper: WhisperModel,
    audio: np.ndarray | bytes,
    tail_s: float = 1.5,
    encoding: str = "linear16",
    sample_rate_hz: int = 16_000,
) -> Outcome:
    """Stream float audio, or bytes in `encoding`, followed by silence, to a recogniser and take its turns."""
    workers: list[InlineWorker] = []

    def make(model: SpeechModel, on_answer: OnAnswer, on_exit: OnExit) -> InlineWorker:
        workers.append(InlineWorker(whisper, model, on_answer, on_exit))
        return workers[-1]

    pool = InlinePool(4, make_worker=make)
    pool.warm_up()
    stream, turns, steps = Recogniser(encoding, sample_rate_hz, None, pool), TurnTaker(TurnThresholds()), []
    sent = audio if isinstance(audio, bytes) else (audio * 32_767).astype("<i2").tobytes()
    sent += SILENCE_BYTES[encoding] * int(tail_s * sample_rate_hz)
    for at in range(0, len(sent), FRAME_BYTES):
        for frame in stream.feed(sent[at : at + FRAME_BYTES]):
            words = stream.words(frame)
            assert words is not None
            for step in turns.advance(frame.end_s, frame.speech, words):
                steps.append(step)
                if step.event.value == "EndOfTurn" and step.words:
                    stream.forget(step.words[-1].end_s)
    stream.close()
    return Outcome(steps, sum(worker.decodes for worker in workers))


class InlinePool(DecodePool):
    """A pool that needs no event loop."""

    def warm_up(self) -> None:
        if self._worker is None:
            self._worker = self._make_worker(self.model, self._take_answer, self._fail_all)
