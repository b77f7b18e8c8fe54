"""`flux-stress recogniser`: whether the speech models are installed, and their download."""

from __future__ import annotations

import argparse
import sys

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, MODELS, SpeechModel
from flux_desktop.speech_models.fetch import fetch, sources_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=("status", "fetch"), help="show what is installed, or download a model")
    parser.add_argument(
        "model",
        nargs="?",
        choices=tuple(MODELS),
        default=ENGLISH.name,
        help=f"{ENGLISH.name} for English (default), tiny for flux-general-multi's other languages",
    )
    parser.add_argument("--force", action="store_true", help="fetch: download the model even if it is installed")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status: 1 where a model is missing, damaged or cannot be fetched."""
    printer = Printer()
    try:
        if args.action == "fetch":
            _fetch(MODELS[args.model], printer, force=args.force)
            return ExitCode.OK
        states = [_print_status(model, printer) for model in MODELS.values()]
        return ExitCode.OK if states[0] else ExitCode.CONNECTION_FAILED
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.CONNECTION_FAILED


def _fetch(model: SpeechModel, printer: Printer, *, force: bool) -> None:
    folder = store.find(model)
    if folder is not None and not force:
        store.verify(folder, model)
        printer.line(f"The speech model {model.title} is already installed in {folder}.")
        return
    shown_percent = -1

    def show(received_bytes: int, total_bytes: int) -> None:
        nonlocal shown_percent
        percent = 100 * received_bytes // total_bytes
        if percent >= shown_percent + 10:
            shown_percent = percent
            printer.line(f"{received_bytes / 1e6:.0f} of {total_bytes / 1e6:.0f} MB")

    fetch(model, report=lambda sentence: print(plain(sentence), file=sys.stderr, flush=True), progress=show)


def _print_status(model: SpeechModel, printer: Printer) -> bool:
    """Print one model's line; returns whether it can be used."""
    folder = store.find(model)
    if folder is None:
        names = " or ".join(source.name for source in sources_of(model))
        printer.line(
            f"{model.title} ({model.languages}): not installed. "
            f"“{store.fetch_command(model)}” downloads {model.size_text} from {names}."
        )
        return False
    store.verify(folder, model)
    printer.line(f"{model.title} ({model.languages}): installed and verified, {model.size_text} in {folder}.")
    return True
