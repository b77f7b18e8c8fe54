"""Brings the application up and takes it down: Qt, qasync, the window, signals."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
import qasync
from PySide6.QtCore import QLocale, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from flux_desktop import __version__
from flux_desktop.base import logs
from flux_desktop.base.plain_text import plain
from flux_desktop.base.program import INTERRUPTED
from flux_desktop.base.resources import resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_folder import default_sessions_dir, make_private_folder, session_named
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import LedgerClass, outcome_word
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT
from flux_desktop.engine.supervision.worker_pool import WorkerPool
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.text import ledger_sentence
from flux_desktop.ui.services.account import Account
from flux_desktop.ui.services.engine_port import EngineFactory, supervisor_engine
from flux_desktop.ui.services.local_endpoint_keeper import LocalEndpointKeeper
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.recovery import offer_unfinished

GOOD_MOMENT_TURNS = 2
CLOSE_WAIT_S = 6.0
DEFAULT_CONNECTIONS = 2
PRESENTED_CONNECTIONS = 6
"""Of the demo in the presenter view: each sends four of the bundled clips, which takes about a minute and a half."""
DEMO_EAGER_THRESHOLD = 0.5


def make_app() -> QApplication:
    """The application object, styled the same on every platform."""
    app = QApplication.instance() or QApplication(["flux-desktop"])
    assert isinstance(app, QApplication)
    QLocale.setDefault(QLocale.c())  # 0.70 in every field, as in all texts
    app.setApplicationName("flux-desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("flux-desktop")
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)  # the window's own `closed` ends the program, when all tasks have ended
    app.setWindowIcon(QIcon(str(resource_path("icons/flux-desktop.svg"))))
    return app


def presents(options: argparse.Namespace) -> bool:
    """Whether the window starts in the presenter view."""
    return getattr(options, "present", None) is not None


def make_window(
    app: QApplication, options: argparse.Namespace, make_engine: EngineFactory, account: Account | None = None
) -> MainWindow:
    """The window with the command's options in its fields."""
    theme = ThemeSource(app, options.theme or "system")
    window = MainWindow(theme, make_engine, account)
    theme.begin()
    usual = PRESENTED_CONNECTIONS if presents(options) and options.demo else DEFAULT_CONNECTIONS
    window.state.choices.connections = options.connections or usual
    window.state.changed()
    return window


def run_window(options: argparse.Namespace, pool: WorkerPool | None = None) -> int:
    """Show the window until it is closed. With `pool` its machines carry the streams."""
    local = LocalEndpointKeeper()

    async def live(window: MainWindow) -> int:
        closed = asyncio.Event()
        window.closed.connect(closed.set)
        if not options.demo:
            remembered = settings.load(settings.settings_path())
            settings.restore(window.state, remembered)
            window.resize(window.state.choices.width, window.state.choices.height)
            window.theme.set_mode(options.theme or window.state.choices.theme)
            if options.connections is not None:
                window.state.choices.connections = options.connections
            check_installation(window, remembered.checked_version)
        window.fit_to_screen()
        window.speech_models.installed.connect(lambda _name: local.renew())
        window.begin(load_account=not options.demo)
        window.tasks.start("keeping the built-in endpoint", local.keep(window.state.local_arguments_wanted))
        window.tasks.start("getting ready", _get_ready(window, options))
        if not options.demo:
            offer = offer_unfinished(window.live_page.banners, window.transcripts)
            window.tasks.start("looking for an interrupted run", offer)
            window.sessions.care.begin()
        await closed.wait()
        if not options.demo:
            settings.save(settings.settings_path(), settings.collect(window.state))
        return 0

    return _run(options, live, partial(supervisor_engine, local=local, pool=pool))


def run_off_screen(options: argparse.Namespace, pool: WorkerPool | None = None) -> int:
    """Run the demo to its end with no display; prints the transcript and saves a picture."""

    async def live(window: MainWindow) -> int:
        finished, closed = asyncio.Event(), asyncio.Event()
        window.run_finished.connect(finished.set)
        window.closed.connect(closed.set)
        window.closed.connect(finished.set)
        picture = options.screenshot or default_sessions_dir().with_name("demo.png")
        if options.screenshot is None:
            with contextlib.suppress(OSError):  # then there is no picture
                make_private_folder(picture.parent)
        options.screenshot = picture
        window.begin()
        window.tasks.start("running the demo", _get_ready(window, options, stopped=finished.set))
        await finished.wait()
        if closed.is_set():  # by a signal
            _print_transcripts(window.state.run)
            print("Interrupted.", file=sys.stderr)
            return INTERRUPTED
        if window.state.run.ended is None:
            for banner in window.live_page.banners.banners():
                print(plain(banner.problem.sentence()))
        elif not picture_taken(window):
            window.grab().save(str(picture))
        ended = window.state.run.ended
        _print_transcripts(window.state.run)
        if picture.exists():
            print(f"A picture of the window is in {picture}")
        window.close()
        await asyncio.wait_for(closed.wait(), CLOSE_WAIT_S)
        return 0 if ended is not None and _all_completed(ended, window.state.run) else 1

    return _run(options, live, partial(supervisor_engine, pool=pool))


def check_installation(window: MainWindow, checked_version: str) -> None:
    """At the first start of a version, carry out the quick part of the self-test in the background."""
    if checked_version != __version__:
        window.tasks.start("checking this installation", _show_what_is_wrong(window))


async def _show_what_is_wrong(window: MainWindow) -> None:
    """Checks that pass are not mentioned."""
    from flux_desktop.engine.self_test.quick_checks import quick_findings  # after the window has been shown

    for finding in await file_work("Checking the installation", lambda: list(quick_findings())):
        if finding.problem is not None:
            window.live_page.banners.show_problem(finding.problem, "warn")


def good_moment(model: RunModel) -> bool:
    """Whether the window has something to show: on every tab some turns, and one under way."""
    conversations = list(model.conversations.values())[:2]
    finals = [sum(card.tone == "final" for card in conversation.cards) for conversation in conversations]
    listening = any(
        conversation.open_card is not None and len(conversation.open_card.text) > 20 for conversation in conversations
    )
    return bool(conversations) and min(finals) >= GOOD_MOMENT_TURNS and listening


def picture_taken(window: MainWindow) -> bool:
    """Whether the picture of the run was saved."""
    return bool(window.property("pictureTaken"))


async def _get_ready(
    window: MainWindow, options: argparse.Namespace, stopped: Callable[[], None] = lambda: None
) -> None:
    """Choose the recording and, for the demo, start; then wait for the moment of the picture.

    `stopped` is called where the demo cannot even be started; the window says why.
    """
    if presents(options):
        window.presenting.toggle()
        window.state.listening.wanted = True  # an audience hears the caller, too
    if options.wav is not None:
        window.recordings.load(str(options.wav))
    elif options.demo and presents(options):
        window.recordings.load_sample_data_set()
    elif options.demo:
        window.recordings.load_sample()
    else:
        await window.recordings.reopen_newest()
    if options.demo:
        state = window.state
        await _until(lambda: state.source is not None or bool(window.live_page.banners.banners()))
        choices = window.state.choices
        choices.options = msgspec.structs.replace(choices.options, eager_eot_threshold=DEMO_EAGER_THRESHOLD)
        choices.endpoint = LOCAL_ENDPOINT
        window.state.changed()
        window.starter.start()
        if not window.state.run.active:
            stopped()
            return
    if options.present:
        sessions = [session_named(text) for text in options.present]
        await window.presenting.open(sessions, window.transcripts.open_session)
    if options.screenshot is not None:
        await _until(lambda: good_moment(window.state.run) or window.state.run.ended is not None)
        window.grab().save(str(options.screenshot))
        window.setProperty("pictureTaken", True)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - conditions on what the window shows have no event
        await asyncio.sleep(0.05)


def _run(
    options: argparse.Namespace,
    live: Callable[[MainWindow], Awaitable[int]],
    make_engine: EngineFactory = supervisor_engine,
) -> int:
    app = make_app()
    window: MainWindow | None = None
    early: list[int] = []

    def end(number: int, _frame: object) -> None:
        """Called at the clock's next tick, perhaps within the painting of the window."""
        if window is None:
            early.append(number)  # Qt would drop an exception
        else:
            QTimer.singleShot(0, window.close)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # there is no SIGHUP on Windows
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = make_window(app, options, make_engine)
    if early:
        raise KeyboardInterrupt
    on_terminal = logging.StreamHandler()
    on_terminal.setLevel(logging.WARNING)
    on_terminal.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logs.set_up(logging.INFO, on_terminal, window.log)
    with loop:
        code: int = loop.run_until_complete(live(window))
    return code


def _all_completed(ended: RunEnded, model: RunModel) -> bool:
    """The whole run succeeded, and so did its recording."""
    is_whole = ended.problem is None and not ended.unrecorded
    return is_whole and ended.ledger.get(LedgerClass.COMPLETED, 0) == len(model.conversations)


def _print_transcripts(model: RunModel) -> None:
    for conversation in model.conversations.values():
        for card in conversation.cards:
            if card.tone == "note":
                print(f"[Conn {conversation.conn}] ! {plain(card.text)}")
                continue
            sure = "" if card.confidence is None else f" ({card.confidence * 100:.1f}%)"
            print(f"[Conn {conversation.conn}] ✓ {plain(card.text)}{sure} [turn {card.index}]")
    ended = model.ended
    if ended is not None:
        print(f"{outcome_word(ended.verdict, interrupted=ended.interrupted)}: {ledger_sentence(ended.ledger)}")
        if ended.unrecorded:
            print(plain(ended.unrecorded))
        if ended.problem is not None:
            print(plain(ended.problem.sentence()))
