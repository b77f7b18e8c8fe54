"""Prints the matrix as a Markdown table after its tests."""

from __future__ import annotations

import pytest

from tests.faults.test_fault_matrix import MATRIX


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash.get(MATRIX, None)
    if not outcomes:
        return
    write = terminalreporter.write_line
    write("")
    write("| # | fault | when | class | exit | retries, reconnects | code | sentence | seconds |")
    write("|---|---|---|---|---|---|---|---|---|")
    for number, outcome in enumerate(outcomes.values(), 1):
        case, summary, problem = outcome.case, outcome.summary, outcome.problem
        retries = f"{summary.retries}, {summary.reconnects}" if summary else "-"
        sentence = problem.sentence().replace("|", "/") if problem else "-"
        cells = [
            number,
            case.fault,
            case.phase,
            outcome.ledger,
            int(outcome.exit),
            retries,
            problem.code if problem else "-",
            sentence,
            f"{outcome.seconds:.2f}",
        ]
        write(f"| {' | '.join(map(str, cells))} |")
