"""Faults that a peer can inject into a stream: coroutines called in the phase of their case."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable

import h2.errors
import msgspec

from flux_desktop.aws.wire.event_stream import encode_message
from tests.aws.hostile_peer import Session
from tests.faults.scripted_conversation import CLOSING, ScriptedConversation
from tests.faults.tcp_proxy import ProxiedConnection

Fault = Callable[[Session, ProxiedConnection, ScriptedConversation], Awaitable[None]]

# ---------------------------------------------------------------- the connection


async def cut(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    connection.cut()


async def hang_up(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    connection.hang_up()


async def half_open(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    connection.half_open()


async def drip(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """20 bytes a second, both ways."""
    connection.bytes_per_s = 20.0
    await conversation.until(CLOSING)
    conversation.finish()


async def delay(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """Every piece comes 50 ms later, both ways."""
    connection.delay_s = 0.05
    await conversation.until(CLOSING)
    conversation.finish()


# ---------------------------------------------------------------- HTTP/2


async def reset(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    session.reset()


async def refused_stream(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    session.reset(h2.errors.ErrorCodes.REFUSED_STREAM)


async def goaway(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    session.goaway()


async def garbage(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """Bytes that are not an HTTP/2 frame, inside TLS."""
    session.writer.write(b"\xff" * 64)


async def ping_flood(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """A thousand PINGs, then the conversation continues."""
    for number in range(1000):
        session.ping()
        if number % 100 == 0:
            await asyncio.sleep(0)
    await conversation.until(CLOSING)
    conversation.finish()


async def end_unasked(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    session.end()


def cut_at_age(age_s: float) -> Fault:
    """SageMaker's limit of 30 minutes, scaled: the stream is ended when it is that old."""

    async def converse(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
        try:
            async with asyncio.timeout(age_s):
                await conversation.until(CLOSING)
        except TimeoutError:
            session.end()
        else:
            conversation.finish()

    return converse


async def silent(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """Send nothing more and keep the stream open."""


def answers(status: int, error: str = "", message: str = "", *, with_body: bool = True) -> Fault:
    """An HTTP answer instead of a stream."""

    async def answer(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
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

    async def inject(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
        session.exception(kind, body)
        session.end()

    return inject


def error(code: str, message: str = "something") -> Fault:
    """An ``error`` event, and the end of the stream."""

    async def inject(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
        session.error(code, message)
        session.end()

    return inject


def _update(conversation: ScriptedConversation) -> bytes:
    return conversation.frame({"type": "TurnInfo", "event": "Update", "transcript": "garbled"})


async def bad_crc(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    frame = _update(conversation)
    session.data(frame[:-1] + bytes([frame[-1] ^ 1]))


async def bad_prelude_crc(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    frame = _update(conversation)
    session.data(frame[:8] + bytes(4) + frame[12:])


async def truncated(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """Half a frame, and the end of the stream."""
    frame = _update(conversation)
    session.data(frame[: len(frame) // 2], end=True)


async def half_a_frame(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
    """Half a frame, and then nothing."""
    frame = _update(conversation)
    session.data(frame[: len(frame) // 2])


def _with_lengths(total: int, headers: int) -> Fault:
    async def inject(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
        lengths = struct.pack(">II", total, headers)
        session.data(lengths + zlib.crc32(lengths).to_bytes(4, "big") + bytes(64))

    return inject


too_short = _with_lengths(8, 0)
too_long = _with_lengths(1 << 31, 0)
headers_longer_than_frame = _with_lengths(100, 4000)

# ---------------------------------------------------------------- messages


def continuing(act: Callable[[Session, ScriptedConversation], None]) -> Fault:
    """A violation in a conversation that then continues."""

    async def inject(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
        act(session, conversation)
        await conversation.until(CLOSING)
        conversation.finish()

    return inject


def _unknown_event(session: Session, conversation: ScriptedConversation) -> None:
    headers = [(":message-type", "event"), (":event-type", "FutureEvent")]
    session.data(encode_message(headers, b"{}"))


def _partial(session: Session, conversation: ScriptedConversation) -> None:
    payload = msgspec.json.encode({"type": "Warning", "code": "X", "description": "in parts", "sequence_id": 0})
    payload = payload.replace(b'"sequence_id":0', b'"sequence_id":%d' % conversation.sequence_id)
    conversation.sequence_id += 1
    for start in range(0, len(payload), 10):
        last = start + 10 >= len(payload)
        session.message(payload[start : start + 10], state="COMPLETE" if last else "PARTIAL")


def _sequence_gap(session: Session, conversation: ScriptedConversation) -> None:
    conversation.sequence_id += 5


def _wrong_types(session: Session, conversation: ScriptedConversation) -> None:
    session.message(b'{"type":"TurnInfo","event":7,"turn_index":"one","transcript":[],"words":3}')
    conversation.turn("Update", turn_index=str(conversation.turn_index), words=[{"word": 7}])


def _resumed_without_eager(session: Session, conversation: ScriptedConversation) -> None:
    conversation.turn("TurnResumed")


def _second_start(session: Session, conversation: ScriptedConversation) -> None:
    conversation.turn("StartOfTurn")


def _turn_index_jumps(session: Session, conversation: ScriptedConversation) -> None:
    conversation.turn_index += 4


unknown_event = continuing(_unknown_event)
unknown_turn_event = continuing(lambda _, conversation: conversation.turn("Sighed"))
unknown_type = continuing(lambda _, conversation: conversation.send({"type": "Applause"}))
partial = continuing(_partial)
not_json = continuing(lambda session, _: session.message(b"\xff{not json"))
not_an_object = continuing(lambda session, _: session.message(b"[1, 2]"))
wrong_types = continuing(_wrong_types)
sequence_gap = continuing(_sequence_gap)
resumed_without_eager = continuing(_resumed_without_eager)
second_start = continuing(_second_start)
turn_index_jumps = continuing(_turn_index_jumps)


def flux_error(code: str) -> Fault:
    """Flux sends Error, then SageMaker reports that the model has closed."""

    async def inject(session: Session, connection: ProxiedConnection, conversation: ScriptedConversation) -> None:
        conversation.send({"type": "Error", "code": code, "description": "It is over."})
        session.exception("ModelStreamError", b'{"Message":"closed"}')
        session.end()

    return inject


async def partial_never_completed(
    session: Session, connection: ProxiedConnection, conversation: ScriptedConversation
) -> None:
    session.message(b'{"type":"Upd', state="PARTIAL")


async def whole_conversation(
    session: Session, connection: ProxiedConnection, conversation: ScriptedConversation
) -> None:
    """The peer works as it should."""
    await conversation.until(CLOSING)
    conversation.finish()
