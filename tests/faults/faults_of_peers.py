"""What a peer can do to a stream, each as one coroutine that is called at the phase of its case."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable

import h2.errors
import msgspec

from flux_desktop.aws.wire.event_stream import encode_message
from tests.aws.hostile_peer import Session
from tests.faults.switchboard import Line
from tests.faults.talk import CLOSING, Talk

Fault = Callable[[Session, Line, Talk], Awaitable[None]]

# ---------------------------------------------------------------- the connection


async def cut(session: Session, line: Line, talk: Talk) -> None:
    line.cut()


async def hang_up(session: Session, line: Line, talk: Talk) -> None:
    line.hang_up()


async def half_open(session: Session, line: Line, talk: Talk) -> None:
    line.half_open()


async def drip(session: Session, line: Line, talk: Talk) -> None:
    """20 bytes a second, both ways."""
    line.bytes_per_s = 20.0
    await talk.until(CLOSING)
    talk.finish()


async def delay(session: Session, line: Line, talk: Talk) -> None:
    """Every piece comes 50 ms later, both ways."""
    line.delay_s = 0.05
    await talk.until(CLOSING)
    talk.finish()


# ---------------------------------------------------------------- HTTP/2


async def reset(session: Session, line: Line, talk: Talk) -> None:
    session.reset()


async def refused_stream(session: Session, line: Line, talk: Talk) -> None:
    session.reset(h2.errors.ErrorCodes.REFUSED_STREAM)


async def goaway(session: Session, line: Line, talk: Talk) -> None:
    session.goaway()


async def garbage(session: Session, line: Line, talk: Talk) -> None:
    """Bytes that are no HTTP/2 frame, inside TLS."""
    session.writer.write(b"\xff" * 64)


async def ping_flood(session: Session, line: Line, talk: Talk) -> None:
    """A thousand PINGs, then the conversation goes on."""
    for number in range(1000):
        session.ping()
        if number % 100 == 0:
            await asyncio.sleep(0)
    await talk.until(CLOSING)
    talk.finish()


async def end_unasked(session: Session, line: Line, talk: Talk) -> None:
    session.end()


def cut_at_age(age_s: float) -> Fault:
    """SageMaker's limit of 30 minutes, scaled: the stream is ended when it is that old."""

    async def converse(session: Session, line: Line, talk: Talk) -> None:
        try:
            async with asyncio.timeout(age_s):
                await talk.until(CLOSING)
        except TimeoutError:
            session.end()
        else:
            talk.finish()

    return converse


async def silent(session: Session, line: Line, talk: Talk) -> None:
    """Says nothing more, and keeps the stream open."""


def answers(status: int, error: str = "", message: str = "", *, with_body: bool = True) -> Fault:
    """An HTTP answer in the place of a stream."""

    async def answer(session: Session, line: Line, talk: Talk) -> None:
        fields = {"content-type": "application/json", "x-amzn-requestid": "req-7"}
        if error:
            fields["x-amzn-errortype"] = error
        session.headers(status, end=not with_body, **fields)
        if with_body:
            session.data(msgspec.json.encode({"Message": message}), end=True)

    return answer


# ---------------------------------------------------------------- event stream


def exception(kind: str, body: bytes = b'{"Message":"the worker died"}') -> Fault:
    """An ``exception`` event, and the end of the stream."""

    async def say(session: Session, line: Line, talk: Talk) -> None:
        session.exception(kind, body)
        session.end()

    return say


def error(code: str, message: str = "something") -> Fault:
    """An ``error`` event, and the end of the stream."""

    async def say(session: Session, line: Line, talk: Talk) -> None:
        session.error(code, message)
        session.end()

    return say


def _update(talk: Talk) -> bytes:
    return talk.frame({"type": "TurnInfo", "event": "Update", "transcript": "spoilt"})


async def bad_crc(session: Session, line: Line, talk: Talk) -> None:
    frame = _update(talk)
    session.data(frame[:-1] + bytes([frame[-1] ^ 1]))


async def bad_prelude_crc(session: Session, line: Line, talk: Talk) -> None:
    frame = _update(talk)
    session.data(frame[:8] + bytes(4) + frame[12:])


async def truncated(session: Session, line: Line, talk: Talk) -> None:
    """Half a frame, and the end of the stream."""
    frame = _update(talk)
    session.data(frame[: len(frame) // 2], end=True)


async def half_a_frame(session: Session, line: Line, talk: Talk) -> None:
    """Half a frame, and then nothing."""
    frame = _update(talk)
    session.data(frame[: len(frame) // 2])


def _with_lengths(total: int, headers: int) -> Fault:
    async def say(session: Session, line: Line, talk: Talk) -> None:
        lengths = struct.pack(">II", total, headers)
        session.data(lengths + zlib.crc32(lengths).to_bytes(4, "big") + bytes(64))

    return say


too_short = _with_lengths(8, 0)
too_long = _with_lengths(1 << 31, 0)
headers_longer_than_frame = _with_lengths(100, 4000)

# ---------------------------------------------------------------- messages


def goes_on(act: Callable[[Session, Talk], None]) -> Fault:
    """Something odd in the midst of a conversation that then goes on."""

    async def say(session: Session, line: Line, talk: Talk) -> None:
        act(session, talk)
        await talk.until(CLOSING)
        talk.finish()

    return say


def _unknown_event(session: Session, talk: Talk) -> None:
    headers = [(":message-type", "event"), (":event-type", "FutureEvent")]
    session.data(encode_message(headers, b"{}"))


def _partial(session: Session, talk: Talk) -> None:
    payload = msgspec.json.encode({"type": "Warning", "code": "X", "description": "in parts", "sequence_id": 0})
    payload = payload.replace(b'"sequence_id":0', b'"sequence_id":%d' % talk.sequence_id)
    talk.sequence_id += 1
    for start in range(0, len(payload), 10):
        last = start + 10 >= len(payload)
        session.message(payload[start : start + 10], state="COMPLETE" if last else "PARTIAL")


def _sequence_gap(session: Session, talk: Talk) -> None:
    talk.sequence_id += 5


def _wrong_types(session: Session, talk: Talk) -> None:
    session.message(b'{"type":"TurnInfo","event":7,"turn_index":"one","transcript":[],"words":3}')


def _resumed_without_eager(session: Session, talk: Talk) -> None:
    talk.turn("TurnResumed")


def _second_start(session: Session, talk: Talk) -> None:
    talk.turn("StartOfTurn")


def _turn_index_jumps(session: Session, talk: Talk) -> None:
    talk.turn_index += 4


unknown_event = goes_on(_unknown_event)
unknown_turn_event = goes_on(lambda _, talk: talk.turn("Sighed"))
unknown_type = goes_on(lambda _, talk: talk.say({"type": "Applause"}))
partial = goes_on(_partial)
not_json = goes_on(lambda session, _: session.message(b"\xff{not json"))
not_an_object = goes_on(lambda session, _: session.message(b"[1, 2]"))
wrong_types = goes_on(_wrong_types)
sequence_gap = goes_on(_sequence_gap)
resumed_without_eager = goes_on(_resumed_without_eager)
second_start = goes_on(_second_start)
turn_index_jumps = goes_on(_turn_index_jumps)


def flux_error(code: str) -> Fault:
    """Flux says Error, and SageMaker that the model has closed."""

    async def say(session: Session, line: Line, talk: Talk) -> None:
        talk.say({"type": "Error", "code": code, "description": "It is over."})
        session.exception("ModelStreamError", b'{"Message":"closed"}')
        session.end()

    return say


async def partial_never_completed(session: Session, line: Line, talk: Talk) -> None:
    session.message(b'{"type":"Upd', state="PARTIAL")


async def whole_talk(session: Session, line: Line, talk: Talk) -> None:
    """Nothing is wrong with the peer."""
    await talk.until(CLOSING)
    talk.finish()
