"""The fault matrix as data: the fault, its phase, and what the user must be told.

Each case affects one stream next to a healthy one of the same run, at the same address where a peer can be both. What
is retried (`engine.connection.retry_policy`) meets the same fault again, unless the case `recovers`.
"""

from __future__ import annotations

from typing import Any

from flux_desktop.cli.exit_codes import ExitCode
from tests.faults import peer_faults as peers
from tests.faults.fault_case import (
    COMPLETED,
    CONNECT_FAILED,
    DNS,
    EXPIRED,
    FAILED,
    HTTP1,
    NEVER_CONNECTED,
    NOT_STARTED,
    PLAIN,
    PREFLIGHT,
    UNTRUSTED,
    WRONG_HOST,
    Case,
)
from tests.faults.peer_faults import Fault, answers, error, exception, flux_error
from tests.faults.refusal_cases import refusals
from tests.faults.scripted_conversation import AWAITING_END, BEFORE_CONNECTED, CLOSING, CONNECTING, IN_SILENCE, SPEAKING
from tests.faults.tcp_proxy import Treatment

OK, CREDENTIALS, ENDPOINT = ExitCode.OK, ExitCode.CREDENTIALS, ExitCode.ENDPOINT
NO_RETRY: dict[str, Any] = {"reconnect": False}
PATIENT: dict[str, Any] = {"handshake_s": 30.0}
"""A peer that waits long for a TLS handshake."""


def _before_the_run() -> list[Case]:
    """The address is unusable; the preflight check reports it and nothing is started."""
    rows: list[tuple[str, Treatment, str]] = [
        ("refused", "refuse", "connect_refused"),
        ("DNS failure", DNS, "dns_failure"),
        ("black hole", "black-hole", "connect_timeout"),
        ("mute server", "mute", "tls_timeout"),
        ("slow drip", "drip", "tls_timeout"),
        ("TCP reset", "reset", "connection_lost"),
        ("TLS: untrusted", UNTRUSTED, "tls_untrusted"),
        ("TLS: expired", EXPIRED, "tls_expired"),
        ("TLS: wrong host", WRONG_HOST, "tls_wrong_host"),
        ("TLS: HTTP/1.1 only", HTTP1, "not_http2"),
        ("TLS: plain text", PLAIN, "not_tls"),
    ]
    return [
        Case(fault, PREFLIGHT, NOT_STARTED, code, treatment=treatment, peer=PATIENT) for fault, treatment, code in rows
    ]


def _connecting() -> list[Case]:
    """The address was usable for the stream before, and is not for this one."""
    rows: list[tuple[str, Treatment, str, int]] = [
        ("refused", "refuse", "connect_refused", 2),
        ("black hole", "black-hole", "connect_timeout", 1),
        ("mute server", "mute", "tls_timeout", 0),
        ("slow drip", "drip", "tls_timeout", 0),
        ("TCP reset", "reset", "connection_lost", 2),
        ("TLS: untrusted", UNTRUSTED, "tls_untrusted", 0),
        ("TLS: expired", EXPIRED, "tls_expired", 0),
        ("TLS: wrong host", WRONG_HOST, "tls_wrong_host", 0),
        ("TLS: HTTP/1.1 only", HTTP1, "not_http2", 0),
        ("TLS: plain text", PLAIN, "not_tls", 0),
    ]
    return [
        *(
            Case(fault, CONNECTING, CONNECT_FAILED, code, treatment=treatment, retries=retries, peer=PATIENT)
            for fault, treatment, code, retries in rows
        ),
        Case("DNS failure", CONNECTING, CONNECT_FAILED, "dns_failure", treatment=DNS, retries=2, alone=True),
        Case("TCP reset that recovers", CONNECTING, COMPLETED, exit=OK, treatment="reset", retries=1, recovers=True),
    ]


def _of_phases() -> list[Case]:
    """Faults that are possible in every phase of a stream."""
    faults: list[tuple[str, Fault, str]] = [
        ("TCP reset", peers.cut, "connection_lost"),
        ("TCP closed", peers.hang_up, "connection_lost"),
        ("GOAWAY", peers.goaway, "goaway"),
        ("RST_STREAM", peers.reset, "stream_reset"),
        ("bytes that are not HTTP/2", peers.garbage, "http2_error"),
        ("ended unasked", peers.end_unasked, "ended_early"),
        ("ModelStreamError", exception("ModelStreamError"), "model_stream_error"),
        ("InternalStreamFailure", exception("InternalStreamFailure"), "internal_stream_failure"),
    ]
    garbled: list[tuple[str, Fault, str]] = [
        ("unmodelled error event", error("SomethingException"), "unmodelled_stream_error"),
        ("unmodelled exception", exception("FutureException"), "unmodelled_stream_error"),
        ("bad CRC", peers.bad_crc, "stream_garbled"),
        ("bad CRC of the lengths", peers.bad_prelude_crc, "stream_garbled"),
        ("truncated frame", peers.truncated, "stream_garbled"),
        ("frame too short", peers.too_short, "stream_garbled"),
        ("frame too long", peers.too_long, "stream_garbled"),
        ("headers longer than their frame", peers.headers_longer_than_frame, "stream_garbled"),
    ]
    before_headers = {peers.cut, peers.hang_up, peers.goaway, peers.reset, peers.garbage}
    cases = []
    for name, act, code in faults:
        if act in before_headers:
            before = "http2_error" if act is peers.garbage else code
            cases.append(Case(f"{name} before headers", CONNECTING, CONNECT_FAILED, before, act=act, retries=2))
        cases.append(Case(name, BEFORE_CONNECTED, NEVER_CONNECTED, code, act=act, retries=2))
        cases.append(Case(name, SPEAKING, FAILED, code, act=act, retries=2, reconnects=2))
        cases.append(Case(name, AWAITING_END, COMPLETED, exit=OK, act=act, retries=1, reconnects=1))
        orderly = name in ("ended unasked", "ModelStreamError")
        closing = (
            Case(name, CLOSING, COMPLETED, exit=OK, act=act) if orderly else Case(name, CLOSING, FAILED, code, act=act)
        )
        cases.append(closing)
    for name, act, code in garbled:
        cases.append(Case(name, SPEAKING, FAILED, code, act=act))
    for name, act, code in (garbled[0], garbled[2], garbled[4]):
        cases.append(Case(name, BEFORE_CONNECTED, NEVER_CONNECTED, code, act=act))
        cases.append(Case(name, CLOSING, FAILED, code, act=act))
    cases.append(
        Case("REFUSED_STREAM", CONNECTING, CONNECT_FAILED, "stream_reset", act=peers.refused_stream, retries=2)
    )
    return cases


def _stuck() -> list[Case]:
    """The peer sends nothing and ends nothing: every wait has a limit."""
    return [
        Case("silent", CONNECTING, CONNECT_FAILED, "headers_timeout", act=peers.silent),
        Case("half-open", CONNECTING, CONNECT_FAILED, "headers_timeout", act=peers.half_open),
        Case("opened but never Connected", BEFORE_CONNECTED, NEVER_CONNECTED, "never_connected", act=peers.silent),
        Case("half-open", BEFORE_CONNECTED, NEVER_CONNECTED, "never_connected", act=peers.half_open),
        Case("silent in mid-turn", SPEAKING, FAILED, "gone_silent", act=peers.silent, plan=NO_RETRY),
        Case(
            "silent in mid-turn, recovers",
            SPEAKING,
            COMPLETED,
            exit=OK,
            act=peers.silent,
            recovers=True,
            retries=1,
            reconnects=1,
        ),
        Case("half-open", SPEAKING, FAILED, "gone_silent", act=peers.half_open, plan=NO_RETRY),
        Case(
            "half-open, recovers",
            SPEAKING,
            COMPLETED,
            exit=OK,
            act=peers.half_open,
            recovers=True,
            retries=1,
            reconnects=1,
        ),
        Case("half a frame, then silence", SPEAKING, FAILED, "gone_silent", act=peers.half_a_frame, plan=NO_RETRY),
        Case(
            "PARTIAL never completed", SPEAKING, FAILED, "gone_silent", act=peers.partial_never_completed, plan=NO_RETRY
        ),
        Case("slow drip", SPEAKING, FAILED, "gone_silent", act=peers.drip, plan=NO_RETRY),
        Case(
            "half-open", IN_SILENCE, FAILED, "gone_silent", act=peers.half_open, audio_s=0.4, pause_s=6.0, plan=NO_RETRY
        ),
        Case(
            "half-open, recovers",
            IN_SILENCE,
            COMPLETED,
            exit=OK,
            act=peers.half_open,
            audio_s=0.4,
            pause_s=4.0,
            recovers=True,
            retries=1,
            reconnects=1,
        ),
        Case("silent", AWAITING_END, FAILED, "not_closed", act=peers.silent),
        Case("half-open", AWAITING_END, FAILED, "not_closed", act=peers.half_open),
        Case("never closes", CLOSING, FAILED, "not_closed", act=peers.silent),
        Case("half-open", CLOSING, FAILED, "not_closed", act=peers.half_open),
        Case(
            "flow-control window never opened",
            SPEAKING,
            FAILED,
            "send_stalled",
            plan=NO_RETRY,
            alone=True,
            peer={"initial_window": 0},
        ),
        Case(
            "peer that stops reading",
            SPEAKING,
            FAILED,
            "send_stalled",
            audio_s=8.0,
            eot_timeout_ms=5000,
            plan=NO_RETRY,
            alone=True,
            peer={"reads": False},
        ),
    ]


def _odd() -> list[Case]:
    """Protocol violations that are counted while the stream continues."""
    rows: list[tuple[str, Fault, str | None]] = [
        ("delay", peers.delay, None),
        ("ping flood", peers.ping_flood, None),
        ("unknown event type", peers.unknown_event, None),
        ("unknown turn event", peers.unknown_turn_event, None),
        ("unknown message type", peers.unknown_type, None),
        ("PARTIAL parts", peers.partial, None),
        ("not JSON", peers.not_json, "message_not_json"),
        ("not an object", peers.not_an_object, "message_not_an_object"),
        ("wrong types", peers.wrong_types, "message_wrong_types"),
        ("sequence gap", peers.sequence_gap, "sequence_gap"),
        ("illegal turn order: resumed", peers.resumed_without_eager, "resumed_without_eager"),
        ("illegal turn order: second start", peers.second_start, "second_start_in_turn"),
        ("turn index jumps", peers.turn_index_jumps, "turn_index_wrong"),
    ]
    return [
        *(Case(name, SPEAKING, COMPLETED, exit=OK, act=act, violation=rule) for name, act, rule in rows),
        Case("MAX_CONCURRENT_STREAMS of 1", CONNECTING, COMPLETED, exit=OK, peer={"max_streams": 1}),
    ]


def _of_flux_and_time() -> list[Case]:
    return [
        Case(
            "fatal Error, internal",
            SPEAKING,
            FAILED,
            "flux_internal_error",
            act=flux_error("INTERNAL_SERVER_ERROR"),
            retries=2,
            reconnects=2,
        ),
        Case(
            "fatal Error, unparsable",
            SPEAKING,
            FAILED,
            "control_not_supported",
            act=flux_error("UNPARSABLE_CLIENT_MESSAGE"),
        ),
        Case("fatal Error, unknown", SPEAKING, FAILED, "flux_error", act=flux_error("FUTURE_ERROR")),
        Case(
            "fatal Error",
            BEFORE_CONNECTED,
            NEVER_CONNECTED,
            "flux_internal_error",
            act=flux_error("INTERNAL_SERVER_ERROR"),
            retries=2,
        ),
        Case(
            "30-minute cut", SPEAKING, COMPLETED, exit=OK, act=peers.end_unasked, recovers=True, retries=1, reconnects=1
        ),
        Case(
            "30-minute cut, rotated before",
            CONNECTING,
            COMPLETED,
            exit=OK,
            act=peers.cut_at_age(4.5),
            plan={"rotate_after_s": 0.6, "rotate_latest_s": 1.0},
            audio_s=6.0,
            rotations=2,
        ),
        Case(
            "30-minute cut, all of them",
            CONNECTING,
            FAILED,
            "ended_early",
            act=peers.cut_at_age(1.5),
            audio_s=12.0,
            retries=2,
            reconnects=2,
        ),
        Case(
            "TCP reset that recovers",
            SPEAKING,
            COMPLETED,
            exit=OK,
            act=peers.cut,
            recovers=True,
            retries=1,
            reconnects=1,
        ),
        Case("TCP reset, no reconnect", SPEAKING, FAILED, "connection_lost", act=peers.cut, plan=NO_RETRY),
        Case("429, no reconnect", CONNECTING, CONNECT_FAILED, "throttled", act=answers(429), plan=NO_RETRY),
        Case(
            "credentials expire in mid-run",
            SPEAKING,
            FAILED,
            "credentials_expired",
            CREDENTIALS,
            act=peers.cut,
            after=answers(403, "ExpiredTokenException", "The security token included in the request is expired"),
            retries=1,
        ),
        Case(
            "credentials expire in mid-stream",
            SPEAKING,
            FAILED,
            "credentials_expired",
            CREDENTIALS,
            act=error("ExpiredTokenException", "The security token included in the request is expired"),
        ),
        Case(
            "clock skew in mid-stream",
            SPEAKING,
            FAILED,
            "clock_skew",
            CREDENTIALS,
            act=error("InvalidSignatureException", "Signature expired: it is now earlier than the present"),
        ),
    ]


CASES = [
    *_connecting(),
    *_before_the_run(),
    *refusals(),
    *_of_phases(),
    *_stuck(),
    *_odd(),
    *_of_flux_and_time(),
]
