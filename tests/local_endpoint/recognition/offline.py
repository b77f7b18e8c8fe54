"""A stream's audio through detector, schedule and model without processes and clocks: the audio waits for decodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool
from flux_desktop.local_endpoint.recognition.decode_protocol import Answer, Request
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
            answers: list[Answer] = self._session.carry_out(job)
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


def recognise(whisper: WhisperModel, audio: np.ndarray, tail_s: float = 1.5) -> Outcome:
    """Stream float audio at 16 kHz, followed by silence, to a recogniser and take its turns."""
    workers: list[InlineWorker] = []

    def make(model: SpeechModel, on_answer: OnAnswer, on_exit: OnExit) -> InlineWorker:
        workers.append(InlineWorker(whisper, model, on_answer, on_exit))
        return workers[-1]

    pool = InlinePool(4, make_worker=make)
    pool.warm_up()
    stream, turns, steps = Recogniser("linear16", 16_000, None, pool), TurnTaker(TurnThresholds()), []
    pcm = (np.concatenate([audio, np.zeros(int(tail_s * 16_000))]) * 32_767).astype("<i2").tobytes()
    for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES):
        for frame in stream.feed(pcm[at : at + FRAME_BYTES]):
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
