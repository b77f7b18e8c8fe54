"""Flags, and the plan they make: their old meaning, and one sentence for whatever is wrong."""

from __future__ import annotations

import argparse
import logging
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.base.logs import TALKATIVE
from flux_desktop.base.redaction import redact_sentence
from flux_desktop.cli.main import build_parser, main
from flux_desktop.cli.planning import file_plan, remarks
from flux_desktop.engine.records.pass_criteria import Limit
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage, slots
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions, build_notes
from flux_desktop.flux.query import query_string
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("logging_as_before")


def parsed(wav: str, flags: str = "", endpoint: str = "flux-prod") -> argparse.Namespace:
    return build_parser("file").parse_args(["file", endpoint, "--file", wav, *shlex.split(flags)])


def plan(wav: str, flags: str = "", endpoint: str = "flux-prod") -> RunPlan:
    return file_plan(parsed(wav, flags, endpoint))


def test_streams_are_opened_again_unless_told_otherwise(wav: str) -> None:
    assert plan(wav).reconnect
    assert not plan(wav, "--no-reconnect").reconnect


def test_the_least(wav: str) -> None:
    assert plan(wav) == RunPlan(endpoint="flux-prod", source=WavSource(path=wav), observe_account=True)


def test_the_account_is_left_alone_where_asked_and_with_another_runtime(wav: str) -> None:
    assert not plan(wav, "--no-account").observe_account
    assert not plan(wav, "--endpoint-url https://localhost:9").observe_account
    assert not plan(wav, endpoint="local").observe_account


def test_every_flag_of_old(wav: str) -> None:
    run_plan = plan(
        wav,
        "--connections 3 --model flux-general-multi --eot-threshold 0.8 --eager-eot-threshold 0.4 --loop "
        "--eot-timeout-ms 6000 --keyterms ' alpha , big band,' --encoding mulaw --language-hints en,es "
        "--profanity-filter true --extra 'mip_opt_out=true&tag=e2e' --region eu-west-1 --duration 30 "
        "--log-level DEBUG --batch-size 10 --batch-delay 2.5 --keepalive-interval 5 --idle-before-audio 20 "
        "--finalize-at-end --reconfigure-after 4 --reconfigure-eot-threshold 0.6 "
        "--reconfigure-eager-eot-threshold 0.9 --reconfigure-eot-timeout-ms 700 --reconfigure-keyterms 'c, d' "
        "--reconfigure-language-hints de",
    )
    assert run_plan == RunPlan(
        endpoint="flux-prod",
        observe_account=True,
        source=WavSource(path=wav, loop=True),
        options=FluxOptions(
            model="flux-general-multi",
            encoding="mulaw",
            eot_threshold=0.8,
            eager_eot_threshold=0.4,
            eot_timeout_ms=6000,
            keyterms=("alpha", "big band"),
            language_hints=("en", "es"),
            profanity_filter=True,
            mip_opt_out=True,
            tags=("e2e",),
        ),
        connections=3,
        region="eu-west-1",
        duration_s=30.0,
        batch_size=10,
        batch_delay_s=2.5,
        keepalive_interval_s=5.0,
        idle_before_audio_s=20.0,
        finalize_at_end=True,
        reconfigure_after_s=4.0,
        # The eager threshold is above the other one on purpose: scripts provoke a ConfigureFailure so.
        reconfigure=Configure(thresholds=Thresholds(0.9, 0.6, 700), keyterms=["c", "d"], language_hints=["de"]),
    )


def test_batches_hold_all_connections_for_the_whole_duration(wav: str) -> None:
    run_plan = plan(wav, "--connections 5 --batch-size 2 --batch-delay 3 --duration 30")
    assert run_plan.stages == (Stage(2, 3.0), Stage(4, 3.0), Stage(5, 30.0))
    assert [slot.start_s for slot in slots(run_plan.stages)] == [0.0, 0.0, 3.0, 3.0, 6.0]
    assert {slot.start_s + slot.duration_s for slot in slots(run_plan.stages)} == {36.0}
    assert run_plan.connections == 5
    assert isinstance(run_plan.source, WavSource)
    assert not run_plan.source.loop
    for flags in ("--batch-size 2 --batch-delay 3", "--batch-delay 3 --duration 30", "--batch-size 5 --duration 30"):
        assert plan(wav, f"--connections 5 {flags}").stages == ()


def test_the_region_is_that_of_the_environment_unless_one_is_given(wav: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "sa-east-1")
    assert plan(wav, "", endpoint="prod").region == "sa-east-1"
    assert plan(wav, "--region eu-west-3", endpoint="prod").region == "eu-west-3"
    assert plan(wav, "", endpoint="local").region == "us-east-1"


def test_our_own_flags(wav: str, tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.touch()
    run_plan = plan(
        wav,
        "--endpoint-url https://localhost:9 --profile me --region eu-west-3 --stages 1x10s,3x1m "
        "--limit update_p95_ms<400 --limit completed==3 --bundle latest --target-variant blue "
        "--local-arguments '--recogniser silent' "
        f"--ca-bundle '{authorities}'",
        endpoint="local",
    )
    assert run_plan == RunPlan(
        endpoint="local",
        source=WavSource(path=wav, loop=True),
        endpoint_url="https://localhost:9",
        ca_file=str(authorities),
        profile="me",
        region="eu-west-3",
        target_variant="blue",
        connections=3,
        stages=(Stage(1, 10.0), Stage(3, 60.0)),
        limits=(Limit("update_p95_ms", "<", 400.0), Limit("completed", "==", 3.0)),
        bundle="latest",
        local_arguments=("--recogniser", "silent", "--bundle", "latest"),
    )


@pytest.mark.parametrize(
    "flags",
    [
        "--eot-threshold 0.49",
        "--eager-eot-threshold 0.91 --eot-threshold 1",
        "--eot-timeout-ms 60001",
        "--language-hints en",
        "--model flux-general-xx",
    ],
)
def test_what_a_build_may_accept_is_sent_with_a_note(wav: str, flags: str) -> None:
    (note,) = build_notes(plan(wav, f"{flags} --bundle latest").options)[:1]
    print(note)
    assert note.endswith(("the endpoint decides.", "only newer builds accept."))


@pytest.mark.parametrize(
    ("text", "duration_s"),
    [("30", 30.0), ("30s", 30.0), ("2m", 120.0), ("1m30s", 90.0), ("0.5h", 1800.0), ("500ms", 0.5), (" 1.5M ", 90.0)],
)
def test_durations_may_have_units(wav: str, text: str, duration_s: float) -> None:
    run_plan = plan(wav, f"--duration '{text}' --idle-before-audio '{text}'")
    assert (run_plan.duration_s, run_plan.idle_before_audio_s) == (duration_s, duration_s)


def test_parameters_that_had_no_flag(wav: str) -> None:
    run_plan = plan(wav, "--numerals --redact pci --tag a --tag b --mip-opt-out --chunk-ms 20 --force-end-turn-at-end")
    assert query_string(run_plan.options).endswith("&numerals=true&redact=pci&mip_opt_out=true&tag=a&tag=b")
    assert (run_plan.chunk_s, run_plan.force_end_turn_at_end) == (0.02, True)
    run_plan = plan(wav, "--no-numerals --no-mip-opt-out")
    assert (run_plan.options.numerals, run_plan.options.mip_opt_out) == (False, False)
    assert (plan(wav).options, plan(wav).chunk_s) == (FluxOptions(), 0.08)


def test_the_channel_of_a_stereo_file(wav: str) -> None:
    assert plan(wav).source == WavSource(path=wav, channel="mix")
    assert plan(wav, "--channel right").source == WavSource(path=wav, channel="right")


def test_a_data_set(wav: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(Path(wav).parent)
    args = build_parser("file").parse_args(
        ["file", "x", "--data", folder, "--seed", "7", "--strict", "--columns", "text=t"]
    )
    source = DataSetSource(path=folder, seed=7, strict=True, columns={"text": "t"})
    assert file_plan(args).source == source
    assert main(["file", "x", "--data", folder, "--fresh-connection", "--duration", "3s"]) == 2
    assert "--duration has no meaning with --fresh-connection" in capsys.readouterr().err
    assert main(["file", "x", "--data", "/no/such"]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert main(["file", "x", "--data", folder, "--loop"]) == 2
    assert "needs --duration" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["file", "x", "--data", folder, "--file", wav])


def test_a_data_set_on_fresh_connections() -> None:
    words = "file x --data sample --fresh-connection --connections 5 --passes 3 --trailing-silence 6s --channel left"
    run_plan = file_plan(build_parser("file").parse_args(words.split()))
    assert (run_plan.connections, run_plan.held_max, run_plan.held) == (3 * 29, 5, 5)
    assert isinstance(run_plan.source, DataSetSource)
    assert (run_plan.source.passes, run_plan.source.trailing_silence_s, run_plan.source.channel) == (3, 6.0, "left")


@pytest.mark.parametrize(
    ("flags", "query"),
    [
        ("eot_threshold=0.6", "eot_threshold=0.6"),
        ("eot_threshold=7", "eot_threshold=7"),
        ("eager_eot_threshold=0.9", "eot_threshold=0.8&eager_eot_threshold=0.9"),
        ("profanity_filter=false", "eot_threshold=0.8&profanity_filter=false"),
        ("tag=a b&tag=c", "eot_threshold=0.8&tag=a%20b&tag=c"),
        ("sample_rate=8000", "eot_threshold=0.8&sample_rate=8000"),
        ("new_one=1&redact=numbers", "eot_threshold=0.8&redact=numbers&new_one=1"),
    ],
)
def test_extra_wins_over_the_flags(wav: str, flags: str, query: str) -> None:
    run_plan = plan(wav, f"--eot-threshold 0.8 --extra '{flags}'")
    rate = "" if "sample_rate" in query else "&sample_rate=16000"
    assert query_string(run_plan.options) == f"model=flux-general-en&encoding=linear16{rate}&{query}"


def test_a_secret_in_extra_is_taken_out_of_what_is_said(wav: str) -> None:
    plan(wav, "--extra 'license_key=hunter2-of-the-tests&beam=wide-and-narrow'")
    assert redact_sentence("hunter2-of-the-tests wide-and-narrow") == "[removed] wide-and-narrow"


def test_extra_that_fits_is_followed_like_its_flag(wav: str) -> None:
    options = plan(wav, "--extra 'eager_eot_threshold=0.4&keyterm=apple'").options
    assert (options.eager_eot_threshold, options.keyterms, options.extra) == (0.4, ("apple",), ())
    assert plan(wav, "--extra eot_threshold=.8").options.eot_threshold == 0.8


def test_remarks_on_flags_without_effect(wav: str) -> None:
    assert remarks(parsed(wav)) == []
    assert "--reconfigure-after" in remarks(parsed(wav, "--reconfigure-eot-threshold 0.6"))[0]
    assert remarks(parsed(wav, "--passes 2 --strict")) == ["No effect without --data: --passes, --strict."]
    with_data = build_parser("file").parse_args(["file", "local", "--data", "sample", "--passes", "2"])
    assert remarks(with_data) == []
    assert "with --stages" in remarks(parsed(wav, "--stages 1x1s --connections 4"))[0]


def test_help_is_light_and_documents_the_exit_status() -> None:
    code = (
        "import sys\n"
        "from flux_desktop.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'msgspec', 'numpy', 'boto3', 'botocore', 'awscrt', 'PySide6', 'rich', 'asyncio', 'hdrh'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert "HEAVY []" in done.stdout
    for status in ("0", "1", "2", "3", "4", "5", "99", "130"):
        assert f"\n  {status} " in done.stdout
    assert "local-endpoint" in done.stdout


def test_libraries_that_log_speech_or_secrets_stay_quiet(wav: str) -> None:
    main(["file", "x", "--file", wav, "--log-level", "DEBUG", "--connections", "0"])
    assert logging.getLogger().level == logging.DEBUG
    assert {logging.getLogger(name).level for name in TALKATIVE} == {logging.WARNING}


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_bug_is_a_sentence_and_its_trace_is_in_the_log(
    wav: str, level: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_desktop.cli.run_streams.file_plan", lambda _: 1 / 0)
    assert main(["file", "x", "--file", wav, "--log-level", level]) == 1
    err = capsys.readouterr().err
    assert err.splitlines()[-1].startswith("Internal error: the program stopped.")
    assert ("ZeroDivisionError" in err) is (level == "DEBUG")


def test_the_local_endpoint_has_its_own_flags(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["local-endpoint", "--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "--recogniser" in out
    assert "INVALID" not in out, "it carries out no run"


def test_help_of_a_command_lists_the_limits(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["file", "--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "update_p95_ms" in out
    assert "99   a limit was not met" in out
