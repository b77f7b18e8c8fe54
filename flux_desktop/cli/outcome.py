"""The exit status of a run, as a pure function of how it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flux_desktop.aws.errors.errors import CREDENTIAL_CODES, ENDPOINT_CODES
from flux_desktop.base.problem import Problem
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.engine.measuring.run_totals import ENDS_WITHOUT_WORKER
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict

USAGE_CODES: Collection[str] = frozenset(
    {
        "address_invalid",
        "audio_library_missing",
        "ca_file_unusable",
        "cluster_line_invalid",
        "cluster_listen",
        "cluster_local",
        "cluster_name_taken",
        "cluster_not_installed",
        "cluster_source",
        "cluster_too_few",
        "cluster_versions",
        "eager_above_eot",
        "encoding_not_sent",
        "extra_invalid",
        "hint_unknown",
        "hints_need_multi",
        "keyterm_blank",
        "keyterm_too_long",
        "keyterms_too_long",
        "keyterms_too_many",
        "limit_invalid",
        "limit_unknown",
        "microphone_busy",
        "microphone_failed",
        "microphone_format",
        "microphone_missing",
        "microphone_unknown",
        "microphones_unknown",
        "no_endpoint",
        "open_files_few",
        "option_out_of_range",
        "option_unknown",
        "path_invalid",
        "plan_invalid",
        "proxy_invalid",
        "query_too_long",
        "request_invalid",
        "stages_invalid",
        "audio_empty",
        "audio_not_found",
        "audio_unreadable",
        "audio_unsupported",
        "data_unusable",
        "words_unusable",
    }
)
"""Problems of the user's input."""


def problem_exit_code(problem: Problem) -> ExitCode:
    """The exit status of a run that could not be carried out."""
    code = problem.code
    if code in CREDENTIAL_CODES:
        return ExitCode.CREDENTIALS
    if code in ENDPOINT_CODES:
        return ExitCode.ENDPOINT
    if code in ENDS_WITHOUT_WORKER:
        return ExitCode.INVALID
    if code in USAGE_CODES:
        return ExitCode.USAGE
    return ExitCode.CONNECTION_FAILED


def without_result(problem: Problem | None, *, interrupted: bool) -> tuple[ExitCode, str]:
    """The exit status of an experiment that ended without a result, and the reason in a sentence."""
    if interrupted:
        status = ExitCode.INTERRUPTED
    else:
        status = ExitCode.CONNECTION_FAILED if problem is None else problem_exit_code(problem)
    if problem is not None:
        return status, problem.sentence()
    if interrupted:
        return status, "Interrupted before there was a result."
    return status, "There is no result, because no stream was carried out to its end."


def exit_code(ended: RunEnded, summaries: Iterable[ConnectionSummary], *, interrupted: bool) -> ExitCode:
    """The exit status of a run. In order of weight:

    interrupted; what made the run or any connection impossible (usage, credentials, endpoint); an overloaded measuring
    machine, whose figures prove nothing; a limit that was not met; an incomplete recording, or a connection that did
    not complete; success.

    A run that passed is a success even with connections that did not complete: its limits say how many have to.
    """
    if interrupted or ended.interrupted:
        return ExitCode.INTERRUPTED
    if ended.problem is not None:
        return problem_exit_code(ended.problem)
    causes = {problem_exit_code(summary.problem) for summary in summaries if summary.problem is not None}
    for cause in (ExitCode.CREDENTIALS, ExitCode.ENDPOINT):
        if cause in causes:
            return cause
    if ended.verdict is Verdict.INVALID:
        return ExitCode.INVALID
    if ended.verdict is Verdict.FAIL:
        return ExitCode.LIMIT_BROKEN
    if ended.unrecorded:
        return ExitCode.CONNECTION_FAILED
    if ended.verdict is Verdict.PASS:
        return ExitCode.OK
    planned, completed = sum(ended.ledger.values()), ended.ledger.get(LedgerClass.COMPLETED.value, 0)
    return ExitCode.OK if planned == completed else ExitCode.CONNECTION_FAILED
