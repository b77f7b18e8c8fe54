"""``flux-desktop``: the command that opens the window. Imports of Qt wait until the options are known."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flux_desktop import __version__
from flux_desktop.base.program import INTERRUPTED, allow_many_files
from flux_desktop.base.standard_streams import drop_unwritable

if TYPE_CHECKING:
    from flux_desktop.engine.supervision.worker_pool import WorkerPool

EXAMPLES = {
    "flux-desktop": "open the window",
    "flux-desktop --demo": "stream the bundled sample to the built-in endpoint",
    "flux-desktop talk.wav --connections 4": "load this recording",
    "flux-desktop --demo --present": "present the bundled data set in full screen",
    "flux-desktop --present SESSION": "present a session again; with a second one, both as A and B",
    "flux-desktop --demo --screenshot window.png": "also save a screenshot during the run",
}


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="flux-desktop",
        description="Try, tune and show Deepgram Flux on Amazon SageMaker endpoints.",
        epilog="\n".join(["examples:", *(f"  {line}\n      {about}" for line, about in EXAMPLES.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("recording", metavar="WAV", nargs="?", type=Path, help="recording to load")
    options.add_argument("--version", action="version", version=f"flux-desktop {__version__}")
    options.add_argument("--demo", action="store_true", help="stream the bundled sample to the built-in endpoint")
    options.add_argument("--wav", metavar="PATH", type=Path, help="same as WAV")
    options.add_argument("--connections", metavar="N", type=int, help="number of connections (default: 2)")
    options.add_argument(
        "--present",
        metavar="SESSION",
        nargs="*",
        help="start in the presenter view; with a session (its folder or name), replay it, with two, compare them",
    )
    options.add_argument(
        "--cluster",
        metavar="LINE-OR-FILE",
        help="carry the streams of all runs on this cluster's machines (“flux-stress cluster”); local:2 tries it here",
    )
    options.add_argument("--screenshot", metavar="PATH", type=Path, help="save a screenshot during the run")
    options.add_argument("--theme", choices=("system", "dark", "light"), help="colour theme")
    # Of the self-test, which starts the window as a process of its own.
    options.add_argument("--self-test-picture", metavar="PATH", type=Path, help=argparse.SUPPRESS)
    return options


def has_display() -> bool:
    """Whether a window can be shown: off Linux always, on Linux where a display or a platform is named."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, or run the demo off-screen if no window can be shown. Returns the exit code."""
    try:
        return _main(arguments)
    except KeyboardInterrupt:  # before the window handles signals
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    finally:
        drop_unwritable(sys.stdout)
        drop_unwritable(sys.stderr)


def _main(arguments: Sequence[str] | None) -> int:
    if arguments is None:
        from flux_desktop.base.logs import catch_uncaught

        catch_uncaught()
    options = parser().parse_args(arguments)
    options.wav = options.wav or options.recording
    if options.connections is not None and not 1 <= options.connections <= 1000:
        parser().error("--connections takes 1 to 1000")
    if len(options.present or ()) > 2 or (options.present and options.demo):
        parser().error("--present takes at most two sessions, and none with --demo")
    from flux_desktop.base.home import ensure_home

    if note := ensure_home():
        print(note, file=sys.stderr)
    allow_many_files()
    try:
        return _open(options)
    except ImportError as error:
        from flux_desktop.base.shared_library import missing_library_todo

        if (todo := missing_library_todo(str(error))) is None:
            raise
        is_self_test = options.self_test_picture is not None  # which says what to do
        print(error if is_self_test else f"flux-desktop: The window cannot be shown: {error}. {todo}", file=sys.stderr)
        return 2


def _open(options: argparse.Namespace) -> int:
    """Qt is imported here: where a library of the system is missing, this raises `ImportError`."""
    from flux_desktop.ui.app.utf8_locale import use_utf8

    use_utf8()
    if options.self_test_picture is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from flux_desktop.ui.app.self_test_picture import paint

        return paint(options.self_test_picture)
    why = "no display is set; set DISPLAY or WAYLAND_DISPLAY"
    if has_display():
        from flux_desktop.ui.app.display_probe import DisplayProbe

        probe = DisplayProbe(os.environ)
        probe.start()
        from flux_desktop.ui.app.launch import run_window  # takes about as long as the probe

        if (reason := probe.reason()) is None:
            return _on_cluster(options, run_window)
        why = reason
    if not options.demo:
        print(
            f"flux-desktop: The window cannot be shown: {why}. “flux-desktop --demo” runs without a display.",
            file=sys.stderr,
        )
        return 2
    print(
        f"The window cannot be shown: {why}. Running the demo off-screen; this takes about half a minute.", flush=True
    )
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from flux_desktop.ui.app.launch import run_off_screen

    return _on_cluster(options, run_off_screen)


def _on_cluster(options: argparse.Namespace, run: Callable[[argparse.Namespace, WorkerPool | None], int]) -> int:
    """Run with the cluster that is named, or without one."""
    from flux_desktop.base.problem import ProblemError
    from flux_desktop.cluster.choice import cluster_pool

    try:
        with cluster_pool(options.cluster, generators=1, forward_keys=False) as pool:
            if pool is None:
                return run(options, None)
            from flux_desktop.cluster.threaded_pool import ThreadedPool

            return run(options, ThreadedPool(pool))
    except ProblemError as error:
        print(f"flux-desktop: {error.problem.sentence()}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
