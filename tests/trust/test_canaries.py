"""No secret comes out of any sink of the program, whatever text it came along in."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from flux_desktop.base import logs, redaction
from flux_desktop.base.child import _STDERR_LINES_KEPT, Child
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.events import ConnectionEnded, Notice, Received, RunEnded, RunStarted, encode_event
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.run_result import RunResult, final_summary
from flux_desktop.reports.summary_jsonl import summary_jsonl
from flux_desktop.reports.transcripts import as_json, as_srt, as_txt, as_vtt
from tests.recordings import content
from tests.trust import canaries
from tests.trust.canaries import CANARIES, Canary
from tests.waiting import PATIENCE_S

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))


@pytest.fixture(autouse=True)
def known() -> None:
    """What the program has in its hands when it works."""
    redaction.remember(*canaries.LIVE)
    redaction.remember_proxy(canaries.PROXY_ADDRESS)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """A terminal at the level of DEBUG, with every library made as talkative as it can be."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    root.handlers.clear()
    written = io.StringIO()
    logs.set_up(logging.DEBUG, logging.StreamHandler(written))
    for name in logs.TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


_HELD = (*canaries.LIVE, canaries.PROXY_PASSWORD, f"me:{canaries.PROXY_PASSWORD}")
_HELD_FORMS = {form for value in _HELD for form in (value, quote(value, safe=""), b64encode(value.encode()).decode())}
KNOWN = tuple(canary for canary in CANARIES if canary.value in _HELD_FORMS)
"""Those that the program knows by value: no sink lets them out, not even one of data."""


def leaks(out: Callable[[Canary], str], kinds: Sequence[Canary] = CANARIES) -> list[str]:
    """The kinds whose value comes out, as it is or as JSON writes it."""
    occurrences = []
    for canary in kinds:
        words = out(canary)
        forms = {canary.value, json.dumps(canary.value)[1:-1], json.dumps(canary.value, ensure_ascii=False)[1:-1]}
        if any(form in words for form in forms):
            occurrences.append(f"{canary.kind}: {words[-300:]}")
    return occurrences


def test_there_are_thirty_kinds_and_each_holds_its_value() -> None:
    assert len({canary.kind for canary in CANARIES}) >= 30
    assert all(canary.value in canary.text or json.dumps(canary.value)[1:-1] in canary.text for canary in CANARIES)


@pytest.mark.parametrize("logger", ["flux_desktop.x", "botocore.auth", "smithy_http", "urllib3", "awscrt", "asyncio"])
def test_a_log_line_of_whomever(log: io.StringIO, logger: str) -> None:
    def out(canary: Canary) -> str:
        logging.getLogger(logger).debug("It says %s, %r", canary.text, {"text": canary.text})
        return log.getvalue()

    assert not leaks(out)
    assert log.getvalue().count("It says") == len(CANARIES), "the lines are there"


def test_a_traceback_that_is_logged(log: io.StringIO) -> None:
    def out(canary: Canary) -> str:
        try:
            try:
                raise KeyError(canary.text)
            except KeyError as error:
                raise ValueError(canary.text) from error
        except ValueError:
            logging.getLogger("flux_desktop").exception("It failed")
        return log.getvalue()

    assert not leaks(out)
    assert "ValueError" in log.getvalue()


def test_what_nobody_caught(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.catch_uncaught()

    def out(canary: Canary) -> str:
        error = RuntimeError(canary.text)
        sys.excepthook(RuntimeError, error, None)
        thread = threading.Thread(target=lambda: (_ for _ in ()).throw(error))
        thread.start()
        thread.join()
        return log.getvalue()

    assert not leaks(out)
    assert log.getvalue().count("RuntimeError") == 2 * len(CANARIES)


async def test_what_a_child_says_on_its_way_out(log: io.StringIO) -> None:
    texts = [canary.text.replace("\n", " ") for canary in CANARIES]
    child = Child("child")
    script = f"import sys; [print('ERROR', text, file=sys.stderr) for text in {texts!r}]; print('done')"
    process = await child.start([sys.executable, "-c", script])
    assert process.stdout is not None
    assert await process.stdout.readline() == b"done\n"
    assert child._listening is not None
    await asyncio.wait({child._listening}, timeout=PATIENCE_S)
    words = [*child.stderr_tail, log.getvalue()]
    await child.stop()
    assert not [canary.kind for canary in CANARIES if any(canary.value in line for line in words)]
    assert len(child.stderr_tail) == _STDERR_LINES_KEPT


def test_a_problem() -> None:
    def out(canary: Canary) -> str:
        problem = Problem(code="x", what=canary.text, why=f"Because of {canary.text}.", todo=canary.text)
        return problem.sentence() + msgspec.json.encode(problem).decode()

    assert not leaks(out)


def test_a_recording(tmp_path: Path) -> None:
    def out(canary: Canary) -> str:
        path = tmp_path / f"{abs(hash(canary.kind))}.jsonl.gz"
        recorder = Recorder(path, lambda problem: pytest.fail(problem.sentence()))
        recorder.start()
        started = RunStarted(t=0.0, wall_time="", plan=PLAN, version="1", notes=[canary.text])
        begun = content(create_session(tmp_path, started) / RUN_FILE).decode()
        message = json.dumps({"type": "TurnInfo", "transcript": canary.text})
        for event in (
            started,
            Received(t=0.1, conn=1, type="TurnInfo", text=message),
            Notice(t=0.2, problem=Problem(code="x", what=canary.text)),
        ):
            recorder.write(encode_event(event))
        recorder._closing.set()
        recorder.close()
        recorded = content(path).decode()
        assert [json.loads(line)["event"] for line in recorded.splitlines()] == ["run_started", "received", "notice"]
        return begun + recorded

    assert len(KNOWN) >= 15
    assert not leaks(out, KNOWN)


def test_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # hundreds of them take seconds

    def out(canary: Canary) -> str:
        turn = Turn(index=0, transcript=canary.text, start_s=0.0, end_s=1.0, ended_by="model")
        summary = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED, final_texts=[canary.text])
        result = RunResult()
        result.feed(RunStarted(t=0.0, wall_time="", plan=PLAN, version="1", notes=[canary.text]))
        result.feed(ConnectionEnded(t=1.0, summary=summary))
        result.feed(Notice(t=1.0, problem=Problem(code="x", what=canary.text)))
        ended = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}, reasons=[canary.text])
        words = ""
        for number, written in enumerate(
            (
                as_txt([turn]),
                as_json(1, [turn]),
                as_srt([turn]),
                as_vtt([turn]),
                summary_jsonl([summary]),
                msgspec.json.encode(final_summary(result, ended)),
            )
        ):
            write_whole(tmp_path / str(number), written)
            words += (tmp_path / str(number)).read_text("utf-8")
        json.loads((tmp_path / "1").read_text("utf-8"))
        return words

    assert not leaks(out, KNOWN)


@pytest.mark.parametrize(
    "words",
    [
        "My password is swordfish, and the token of my love a secret.",
        "The signature: he signed it. Basic understanding, bearer of news.",
        "I would like a cookie, please. Authorization: granted.",
        "Visit https://example.com/a:b@c or mail me@example.com at 10:30.",
        "your token 123456789012 is ready and Basic 20240101123456 too",
        "password: swordfish, api_key=0123456789abcdef, AKIA0123456789ABCDEF",
        *(canary.text for canary in CANARIES if canary not in KNOWN and "AKIA" in canary.text),
    ],
)
def test_what_people_say_is_left_as_it_is(words: str) -> None:
    assert redaction.redact_data(words) == words
    assert redaction.redact_values(words.encode()) == words.encode()


@pytest.mark.parametrize(
    "words",
    [
        "ExpiredTokenException: The security token included in the request is expired.",
        "Check HTTPS_PROXY and its user name and password, or list the host in NO_PROXY.",
        "There is no file /srv/Somebody/Documents/Recordings/2026/Conversations/first.wav.",
        "InvalidSignatureException: The request signature we calculated does not match.",
    ],
)
def test_sentences_of_ours_are_left_as_they_are(words: str) -> None:
    assert redaction.redact_log(words) == words


@pytest.mark.parametrize(
    "text",
    [
        "secret" * 16_000,
        "://a:" * 20_000,
        "eyJaaaaaaaa-" * 9_000,
        "token = " * 9_000,
        "password='" * 9_000,
        "signature" * 9_000,
        "token" + " " * 90_000,
        "secret" + "\\" * 90_000,
        "authorization: " * 6_000,
        "-----BEGIN PRIVATE KEY-----" * 4_000,
        "token\\n" * 15_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long_to_clean(text: str) -> None:
    """The old patterns took 4.2 s for the first of these, on the worker's event loop."""
    began_s = time.process_time()
    redaction.redact_log(text)
    redaction.redact_sentence(text)
    assert time.process_time() - began_s < 0.5


def test_a_short_value_is_not_looked_for_in_what_people_say() -> None:
    redaction.remember("Dashwood", "me")
    assert redaction.redact_data("Mr. Dashwood and me") == "Mr. Dashwood and me"
    assert redaction.redact_log("Mr. Dashwood and me") == "Mr. [removed] and me"
