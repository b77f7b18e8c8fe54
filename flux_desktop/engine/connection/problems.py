"""What is reported about connections that did not go as planned: every sentence of it, in one place."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.retry_policy import RETRIED
from flux_desktop.flux.messages import Error

_CHECK_LOG = "Check the endpoint's CloudWatch log, then start again."
_WITHOUT_BLAME = {
    "gone_silent": "No answer came in time.",
    "not_closed": "The stream did not end in time.",
    "send_stalled": "Audio could no longer be sent in time.",
}
"""What happened where this machine may be the reason, by code."""


def never_connected(waited_s: float, *, has_answered: bool) -> Problem:
    """SageMaker accepted the stream, and the model never answered, or with other messages than Connected."""
    if has_answered:
        return Problem(
            code="never_connected",
            what="The stream was opened, but its messages are not those of Flux.",
            why=f"A Flux stream begins with a Connected message, and none arrived within {waited_s:.3g} s; "
            "the recording has what arrived instead.",
            todo="Check that the endpoint runs Flux and not another model.",
        )
    return Problem(
        code="never_connected",
        what="The stream was opened, but Flux never answered.",
        why=f"SageMaker accepted it, and no Connected message arrived within {waited_s:.3g} s, which means that the "
        "stream did not reach the container.",
        todo="Open fewer streams at once, or give the endpoint more instances; its CloudWatch log shows which streams "
        "arrived.",
    )


def ended_early() -> Problem:
    """The peer ended the stream although it had not been asked to."""
    return Problem(
        code="ended_early",
        what="The endpoint ended the stream unexpectedly.",
        why="It gave no reason. A container that restarts and SageMaker's 30-minute limit look like this.",
        todo=_CHECK_LOG,
    )


def not_closed(waited_s: float) -> Problem:
    """CloseStream was sent, and the stream did not end."""
    return Problem(
        code="not_closed",
        what="The endpoint did not close the stream.",
        why=f"The stream did not end within {waited_s:g} s of CloseStream; the last words may be missing.",
        todo="Check the endpoint's CloudWatch log.",
    )


def backlog(age_s: float) -> Problem:
    """The network takes no more audio."""
    return Problem(
        code="send_stalled",
        what="The endpoint stopped accepting audio.",
        why=f"Audio has been waiting to be sent for {age_s:.0f} s: the connection is stuck or far too slow.",
        todo="Check the network; if other connections work well, check the endpoint's CloudWatch log.",
    )


def gone_silent(silent_s: float, *, in_turn: bool) -> Problem:
    """Audio is sent and nothing comes back: in an open turn, or in a silence in which this server used to answer."""
    return Problem(
        code="gone_silent",
        what=f"Flux stopped answering {'in the middle of a turn' if in_turn else 'during a silence'}.",
        why=f"{silent_s:.0f} s of audio were sent without an answer.",
        todo="Start again; if it happens again under load, the endpoint cannot carry this many streams.",
    )


def or_own_lateness(problem: Problem, *, was_late: bool) -> Problem:
    """The problem of a stream that has stalled, naming this machine as a possible cause if `was_late`.

    `was_late` is whether this machine sent the stream's audio late while it stalled. No figure of the connection is
    stated, so that equal problems of many connections are reported once.
    """
    if not was_late:
        return problem
    return msgspec.structs.replace(
        problem,
        what=_WITHOUT_BLAME[problem.code],
        why=f"{problem.why} Meanwhile this machine sent audio late, and may itself be the reason.",
        todo="Use fewer connections, or a machine without other load; if it happens where this machine keeps pace, "
        "check the endpoint's CloudWatch log.",
    )


def fatal_error(message: Error) -> Problem:
    """Flux sent Error, which ends the stream."""
    description = (message.description or "").strip()
    if message.code == "UNPARSABLE_CLIENT_MESSAGE":
        return Problem(
            code="control_not_supported",
            what="This build of Flux does not support a message that was sent, and ended the stream.",
            why=description,
            todo="Do not send that message to this endpoint; the reason above names what it expects instead.",
        )
    return Problem(
        code="flux_internal_error" if message.code == "INTERNAL_SERVER_ERROR" else "flux_error",
        what=f"Flux reported an error and ended the stream ({message.code or 'no code'}).",
        why=description,
        todo="Start again; if it happens again, check the endpoint's CloudWatch log.",
    )


def configure_unanswered(conn: int, waited_s: float) -> Problem:
    """A Configure without an answer."""
    return Problem(
        code="configure_unanswered",
        what=f"Connection {conn} did not confirm the new parameters within {waited_s:g} s.",
        why="Flux confirms a change together with the audio that it is processing.",
        todo="The previous parameters are shown as still in force; set the value again to retry.",
    )


def configure_not_supported(conn: int) -> Problem:
    """The build ends a stream that sends Configure; the connection continues in a new stream."""
    return Problem(
        code="configure_not_supported",
        what="This build of Flux does not accept changes while a stream is open.",
        why=f"It ended the stream of connection {conn} on Configure; a new stream is being opened with the new values.",
        todo="Further changes do the same: set the parameters before starting where a short pause matters.",
    )


def not_regained(lost: Problem, last: Problem) -> Problem:
    """The stream was lost and could not be replaced; the problem to be fixed comes first."""
    if last is lost:
        return lost
    if last.code in RETRIED:
        return msgspec.structs.replace(lost, why=f"{lost.why} Retries failed: {last.what}".strip())
    return msgspec.structs.replace(last, why=f"{last.why} The stream before it was lost: {lost.what}".strip())


def not_rotated(conn: int, cause: Problem) -> Problem:
    """The next stream of a long connection could not be opened; the present one continues."""
    return Problem(
        code="not_rotated",
        what=f"Connection {conn} could not switch to a new stream.",
        why=cause.what,
        todo="It will be tried again; SageMaker ends the present stream after 30 minutes.",
    )


def send_failed(error: Exception) -> Problem:
    """The transport refused a chunk for a reason of its own."""
    return Problem(
        code="send_failed",
        what="Audio could no longer be sent.",
        why=str(error).split("\n", 1)[0],
        todo="Start again; the log has the details.",
    )


def stopped() -> Problem:
    """The run was stopped before this connection was complete."""
    return Problem(code="stopped", what="The run was stopped before this connection was complete.")


def internal_error(conn: int) -> Problem:
    """A bug of ours."""
    return Problem(
        code="internal_error",
        what=f"Internal error on connection {conn}.",
        why="The log has the details.",
        todo="Please report it with the log; the other connections continued.",
    )


def lease_ended() -> Problem:
    """The process that started the run has not renewed the lease in time."""
    return Problem(
        code="lease_ended",
        what="All streams were closed because nothing was heard from the machine that started the run.",
        why="A generator sends only while that machine confirms the run.",
        todo="Check that machine and the network, then start again.",
    )


def worker_died(exit_code: int | None, last_words: str) -> Problem:
    """An engine process has ended, and its streams with it."""
    return Problem(
        code="worker_died",
        what="The process that ran this connection ended unexpectedly.",
        why=f"Exit code {exit_code}. {last_words}".strip(),
        todo="Start again; connections of other processes continued. The log has the details.",
    )
