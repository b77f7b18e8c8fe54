"""The sentences for streams that did not end as planned, in one place."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.retry_policy import AGAIN
from flux_desktop.flux.messages import Error


def never_connected(waited_s: float) -> Problem:
    """SageMaker accepted the stream, the model never answered."""
    return Problem(
        code="never_connected",
        what="The stream was opened, but Flux never answered.",
        why=f"SageMaker accepted it, and no Connected message came within {waited_s:.3g} s: such a stream has not "
        "reached the container.",
        todo="Open fewer streams at once, or give the endpoint more instances; the endpoint's CloudWatch log shows "
        "what arrived.",
    )


def ended_early() -> Problem:
    """The peer was done before we were."""
    return Problem(
        code="ended_early",
        what="The endpoint ended the stream before it was asked to.",
        why="It gave no reason. A container that restarts, or SageMaker's limit of 30 minutes, looks like this.",
        todo="Look into the endpoint's CloudWatch log, and start again.",
    )


def not_closed(waited_s: float) -> Problem:
    """CloseStream was sent, and no end came."""
    return Problem(
        code="not_closed",
        what="The endpoint did not close the stream.",
        why=f"CloseStream was sent, and the end did not come within {waited_s:g} s; the last words may be missing.",
        todo="Look into the endpoint's CloudWatch log.",
    )


def backlog(age_s: float) -> Problem:
    """The network takes no more audio."""
    return Problem(
        code="send_stalled",
        what="The endpoint stopped taking audio.",
        why=f"Audio has waited for {age_s:.0f} s to leave this machine: the connection is stuck or much too slow.",
        todo="Check the network; if others stream well, look into the endpoint's CloudWatch log.",
    )


def gone_silent(silent_s: float, *, in_turn: bool) -> Problem:
    """Audio goes out, nothing comes back: in an open turn, or in a silence in which this server used to answer."""
    return Problem(
        code="gone_silent",
        what=f"Flux stopped answering in {'the middle of a turn' if in_turn else 'a silence'}.",
        why=f"{silent_s:.0f} s of audio went out without an answer.",
        todo="Start again; if it happens again under load, the endpoint holds fewer streams than it was given.",
    )


def fatal_error(message: Error) -> Problem:
    """Flux said Error, which ends the stream."""
    description = (message.description or "").strip()
    if message.code == "UNPARSABLE_CLIENT_MESSAGE":
        return Problem(
            code="control_not_supported",
            what="This build of Flux does not take a message that was sent, and ended the stream.",
            why=description,
            todo="Do not send that message to this endpoint; what it expects instead is named here.",
        )
    return Problem(
        code="flux_internal_error" if message.code == "INTERNAL_SERVER_ERROR" else "flux_error",
        what=f"Flux reported an error and ended the stream ({message.code or 'no code'}).",
        why=description,
        todo="Start again; if it happens again, look into the endpoint's CloudWatch log.",
    )


def configure_unanswered(conn: int, waited_s: float) -> Problem:
    """A Configure that nobody answered."""
    return Problem(
        code="configure_unanswered",
        what=f"Connection {conn} did not confirm the new parameters within {waited_s:g} s.",
        why="Flux confirms a change together with the audio it is processing.",
        todo="What was in force before is shown as still in force; change the value again to retry.",
    )


def configure_lost(conn: int) -> Problem:
    """The stream went before it confirmed a Configure."""
    return Problem(
        code="configure_lost",
        what=f"Connection {conn} lost its stream before the new parameters were confirmed.",
        why="A new stream begins with what was confirmed last.",
        todo="Change the value again.",
    )


def not_regained(lost: Problem, last: Problem) -> Problem:
    """The stream was lost, and no other could be had in its place: told by what has to be put right."""
    if last is lost:
        return lost
    if last.code in AGAIN:
        why = f"{lost.why} It was tried again, in vain: {last.what}"
        return msgspec.structs.replace(lost, why=why.strip())
    return msgspec.structs.replace(last, why=f"{last.why} The stream before it was lost: {lost.what}".strip())


def send_failed(error: Exception) -> Problem:
    """The transport refused a chunk for a reason of its own."""
    return Problem(
        code="send_failed",
        what="Audio could not be sent any more.",
        why=str(error).split("\n", 1)[0],
        todo="Start again; the log has the details.",
    )


def configure_not_supported(conn: int) -> Problem:
    """The build ends a stream that sends Configure; the connection is brought back with the new parameters."""
    return Problem(
        code="configure_not_supported",
        what=f"This build of Flux takes no changes in mid-stream; connection {conn} is being opened again with them.",
        why="It ended the stream when it was sent Configure.",
        todo="Further changes do the same: set the parameters before starting where the pause matters.",
    )


def not_rotated(conn: int, cause: Problem) -> Problem:
    """The next stream of a long connection could not be opened; the present one goes on."""
    return Problem(
        code="not_rotated",
        what=f"Connection {conn} could not change over to a new stream.",
        why=cause.what,
        todo="It is tried again; SageMaker ends the present stream after 30 minutes.",
    )


def stopped() -> Problem:
    """The person stopped the run before this stream was through."""
    return Problem(code="stopped", what="The run was stopped before this stream was through.")


def bug() -> Problem:
    """Ours."""
    return Problem(
        code="internal_error",
        what="The program made a mistake on this stream.",
        why="The log has the details.",
        todo="Please report it with the log; the other streams went on.",
    )


def worker_died(exit_code: int | None, last_words: str) -> Problem:
    """An engine process is gone and its streams with it."""
    return Problem(
        code="worker_died",
        what="The process that carried this stream ended unexpectedly.",
        why=f"Exit code {exit_code}. {last_words}".strip(),
        todo="Start again; streams of other processes went on. The log has the details.",
    )
