"""Flags, and the plan they make: their old meaning, and one sentence for whatever is wrong."""

from __future__ import annotations

import argparse
import io
import logging
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.audio.devices import InputDevice
from flux_desktop.base.logs import TALKATIVE
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.arguments import add_microphone_arguments
from flux_desktop.cli.main import build_parser, main
from flux_desktop.cli.planning import file_plan, microphone_plan, remarks
from flux_desktop.engine.records.pass_criteria import Limit
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage, slots
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions, build_notes
from flux_desktop.flux.query import query_string
from tests.audio.wav_bytes import data, fmt, riff
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.fixture
def wav(tmp_path: Path) -> str:
    path = tmp_path / "speech.wav"
    path.write_bytes(riff(fmt(), data()))
    return str(path)


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
    ("flags", "code"),
    [
        ("--eot-threshold 0", "option_out_of_range"),
        ("--eot-threshold 1.01", "option_out_of_range"),
        ("--eager-eot-threshold -0.1", "option_out_of_range"),
        ("--eager-eot-threshold 0.8 --eot-threshold 0.7", "eager_above_eot"),
        ("--eot-timeout-ms 0", "option_out_of_range"),
        ("--reconfigure-after 1 --reconfigure-eot-threshold 1.5", "option_out_of_range"),
        ("--connections 0", "plan_invalid"),
        ("--duration 0", "plan_invalid"),
        ("--batch-size -1", "plan_invalid"),
        ("--idle-before-audio -1", "plan_invalid"),
        ("--reconfigure-after -1", "plan_invalid"),
        ("--keepalive-interval 0", "plan_invalid"),
        ("--keepalive-interval 1e-9", "plan_invalid"),
        ("--encoding mp3", "option_unknown"),
        ("--bundle flux-9", "option_unknown"),
        ("--extra tag", "extra_invalid"),
        ("--extra =x", "extra_invalid"),
        ("--limit speed<3", "limit_unknown"),
        ("--stages 10", "stages_invalid"),
        ("--ca-bundle /no/such/file", "path_invalid"),
        ("--keyterms \udcff", "option_unknown"),
        ("--connections 1000000000 --batch-size 1 --batch-delay 1 --duration 1", "plan_invalid"),
    ],
)
def test_what_is_wrong_is_exit_2_and_one_sentence(
    wav: str, flags: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ProblemError) as caught:
        plan(wav, flags)
    assert caught.value.problem.code == code
    assert main(["file", "x", "--file", wav, *flags.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--eot-threshold 1.49", "eot_threshold 1.49 is out of range: Flux accepts 0.5 to 1."),
        ("--eot-timeout-ms 0", "eot_timeout_ms 0 is out of range: Flux accepts 500 to 60000."),
        (
            "--reconfigure-after 1 --reconfigure-eager-eot-threshold 1.1",
            "The eager_eot_threshold to reconfigure, 1.1, is out of range: Flux accepts 0.3 to 0.9.",
        ),
    ],
)
def test_a_value_out_of_range_is_told_with_its_range(
    wav: str, flags: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["file", "x", "--file", wav, *flags.split()]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


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


def test_an_open_quote_in_the_local_arguments_is_exit_2(wav: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["file", "local", "--file", wav, "--local-arguments", "'"]) == 2
    assert "--local-arguments cannot be parsed" in capsys.readouterr().err


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


def test_a_missing_file_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["file", "x", "--file", "/no/such.wav"]) == 2
    assert capsys.readouterr().err == (
        "The audio file /no/such.wav does not exist. Check the path; the file may have been moved or renamed.\n"
    )


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


def test_audio_from_standard_input_is_checked_before_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(riff(data()))))
    assert main(["file", "x", "--file", "-"]) == 2
    assert "does not state the sample format" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["file", "x", "--file", "-"]) == 2
    assert "not connected to any audio" in capsys.readouterr().err


def test_a_summary_that_could_not_be_written_is_told_before_the_run(
    wav: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no" / "summary.jsonl"
    assert main(["file", "x", "--file", wav, "--summary-jsonl", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"--summary-jsonl “{path}” cannot be used. No such file or directory")


@pytest.mark.parametrize(
    "flags",
    [
        "",
        "--connections many",
        "--duration nan",
        "--duration inf",
        "--duration 3x",
        "--duration 1m30",
        "--chunk-ms 19",
        "--chunk-ms 201",
        "--eot-threshold x",
        "--log-level LOUD",
    ],
)
def test_wrong_usage_is_exit_2_and_one_line(wav: str, flags: str, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = ["x"] if flags else []
    with pytest.raises(SystemExit) as caught:
        main(["file", *endpoint, "--file", wav, *flags.split()])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("flux-stress file: ")
    assert len(err.splitlines()) == 1


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


def test_extra_that_fits_is_followed_like_its_flag(wav: str) -> None:
    options = plan(wav, "--extra 'eager_eot_threshold=0.4&keyterm=apple'").options
    assert (options.eager_eot_threshold, options.keyterms, options.extra) == (0.4, ("apple",), ())


def test_remarks_on_flags_without_effect(wav: str) -> None:
    assert remarks(parsed(wav)) == []
    assert "--reconfigure-after" in remarks(parsed(wav, "--reconfigure-eot-threshold 0.6"))[0]
    assert "with --stages" in remarks(parsed(wav, "--stages 1x1s --connections 4"))[0]


@pytest.mark.parametrize("wanted", ["3", "desk", "USB DESK MIC"])
def test_a_microphone_plan(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    def device(index: int, name: str) -> InputDevice:
        return InputDevice(index=index, name=name, channels=1, default_sample_rate_hz=48_000)

    async def listed() -> list[InputDevice]:
        return [device(0, "pulse"), device(3, "USB desk mic")]

    monkeypatch.setattr("flux_desktop.cli.planning.input_devices", listed)
    parser = argparse.ArgumentParser()
    add_microphone_arguments(parser)
    run_plan = microphone_plan(
        parser.parse_args(["local", "--sample-rate", "48000", "--device", wanted, "--duration", "9"])
    )
    assert run_plan.source == MicrophoneSource(device_index=3, device_name="USB desk mic")
    with pytest.raises(ProblemError) as caught:
        microphone_plan(parser.parse_args(["local", "--device", "4"]))
    assert caught.value.problem.code == "microphone_unknown"
    assert (run_plan.options.sample_rate_hz, run_plan.duration_s, run_plan.endpoint) == (48_000, 9.0, "local")
    with pytest.raises(ProblemError):
        microphone_plan(parser.parse_args(["local", "--sample-rate", "22050"]))


@pytest.mark.parametrize("device", [[], ["--device", "0"]])
def test_a_microphone_is_recorded_only_if_asked_for(monkeypatch: pytest.MonkeyPatch, device: list[str]) -> None:
    async def listed() -> list[InputDevice]:
        return [InputDevice(index=0, name="pulse", channels=1, default_sample_rate_hz=48_000)]

    monkeypatch.setattr("flux_desktop.cli.planning.input_devices", listed)
    parser = argparse.ArgumentParser()
    add_microphone_arguments(parser)
    for flags, records in (([], False), (["--record-microphone"], True)):
        args = parser.parse_args(["local", *device, *flags])
        source = microphone_plan(args).source
        assert isinstance(source, MicrophoneSource)
        assert source.record is records
        assert ("Record people only with their consent." in " ".join(remarks(args))) is records


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
