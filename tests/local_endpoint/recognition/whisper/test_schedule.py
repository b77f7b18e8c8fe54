"""What the decode process does next, for one utterance and for more than it can follow."""

from __future__ import annotations

import pytest

from flux_desktop.local_endpoint.recognition.decode_protocol import Request
from flux_desktop.local_endpoint.recognition.whisper.model import FULL_WINDOW_S
from flux_desktop.local_endpoint.recognition.whisper.schedule import DecodeSchedule, Job

BLOCK = bytes(2560)


def audio(number: int, blocks: int, language: str = "en") -> list[Request]:
    return [Request(number, "audio", BLOCK, language=language)] * blocks


def carry_out(schedule: DecodeSchedule, *, words: bool = True) -> Job | None:
    job = schedule.next_job()
    if job is not None:
        blocks = [utterance.blocks for utterance in job.utterances]
        for utterance in job.utterances:
            utterance.has_words = utterance.has_words or words
        schedule.done(job, blocks)
    return job


def without_words(schedule: DecodeSchedule, number: int) -> None:
    """Half a second in which no decode has found words."""
    for _ in range(7):
        schedule.take(audio(number, 1))
        assert numbers(carry_out(schedule, words=False)) == (number,)


def numbers(job: Job | None) -> tuple[int, ...]:
    return tuple(utterance.number for utterance in job.utterances) if job is not None else ()


def test_a_new_utterance_is_decoded_for_each_block_until_its_first_word_and_then_twice_a_second() -> None:
    schedule = DecodeSchedule()
    for blocks in (5, 1, 1):
        schedule.take(audio(1, blocks))
        job = carry_out(schedule, words=False)
        assert job is not None
        assert (job.kind, numbers(job)) == ("interim", (1,))
    assert job.length_s == pytest.approx(7 * 0.08 + 2, abs=0.09)
    schedule.take(audio(1, 1))
    carry_out(schedule)
    schedule.take(audio(1, 5))
    assert schedule.next_job() is None
    schedule.take(audio(1, 1))
    assert numbers(carry_out(schedule)) == (1,)


def test_after_half_a_second_without_words_it_is_decoded_ever_more_rarely_but_once_a_second() -> None:
    schedule = DecodeSchedule()
    without_words(schedule, 1)
    for blocks in (3, 6, 12, 12):
        schedule.take(audio(1, blocks - 1))
        assert schedule.next_job() is None
        schedule.take(audio(1, 1))
        assert numbers(carry_out(schedule, words=False)) == (1,)


def test_short_pauses_do_not_keep_an_utterance_from_being_decoded() -> None:
    """As typing does, which is loud and quiet in turn: the streams would wait for a decode."""
    schedule = DecodeSchedule()
    without_words(schedule, 1)
    for _ in range(4):
        schedule.take([*audio(1, 3), Request(1, "pause", speech_blocks=1)])
    assert numbers(carry_out(schedule)) == (1,)


def test_the_decode_at_a_pause_becomes_final_if_the_speaker_does_not_go_on() -> None:
    schedule = DecodeSchedule()
    schedule.take([*audio(1, 20), Request(1, "pause", speech_blocks=18)])
    job = carry_out(schedule)
    assert job is not None
    assert (job.kind, job.length_s) == ("pause", FULL_WINDOW_S)
    schedule.take([*audio(1, 3), Request(1, "end", speech_blocks=18)])
    assert [utterance.number for utterance in schedule.known_finals()] == [1]
    assert schedule.next_job() is None


def test_a_pause_after_sounds_without_words_is_not_decoded_and_the_final_window_is_short() -> None:
    schedule = DecodeSchedule()
    without_words(schedule, 1)
    schedule.take([*audio(1, 2), Request(1, "pause", speech_blocks=4)])
    assert schedule.next_job() is None
    schedule.take([*audio(1, 3), Request(1, "end", speech_blocks=4)])
    job = carry_out(schedule)
    assert job is not None
    assert (job.kind, job.length_s) == ("final", 12.0)


def test_it_is_decoded_again_if_the_speaker_goes_on() -> None:
    schedule = DecodeSchedule()
    schedule.take([*audio(1, 20), Request(1, "pause", speech_blocks=18)])
    carry_out(schedule)
    schedule.take([*audio(1, 12), Request(1, "end", speech_blocks=27)])
    assert schedule.known_finals() == []
    job = carry_out(schedule)
    assert job is not None
    assert (job.kind, numbers(job)) == ("final", (1,))
    assert schedule.next_job() is None


def test_finals_come_before_first_words_before_pauses_before_interim_words() -> None:
    schedule = DecodeSchedule()
    schedule.take(audio(1, 3))
    carry_out(schedule)
    schedule.take(audio(1, 40))
    schedule.take([*audio(2, 60), Request(2, "pause", speech_blocks=58)])
    schedule.take(audio(3, 3))
    schedule.take([*audio(4, 90), Request(4, "end", speech_blocks=80)])
    order = [carry_out(schedule) for _ in range(4)]
    assert [(job.kind, numbers(job)) for job in order if job] == [
        ("final", (4,)),
        ("interim", (3,)),
        ("pause", (2,)),
        ("interim", (1,)),
    ]


def test_interim_decodes_take_turns_and_are_batched_by_length_and_language() -> None:
    schedule = DecodeSchedule()
    lengths = {1: 10, 2: 12, 3: 100, 4: 11, 5: 10}
    for number, blocks in lengths.items():
        schedule.take(audio(number, blocks, "de" if number == 5 else "en"))
    assert [numbers(carry_out(schedule)) for _ in range(3)] == [(1, 2, 4), (3,), (5,)]
    for number in lengths:
        schedule.take(audio(number, 6))
    assert numbers(carry_out(schedule)) == (1, 2, 4)


def test_a_batch_has_a_limit() -> None:
    schedule = DecodeSchedule()
    for number in range(6):
        schedule.take(audio(number, 10))
    assert [len(numbers(carry_out(schedule))) for _ in range(2)] == [4, 2]


def test_final_decodes_use_short_windows_while_many_speak() -> None:
    schedule = DecodeSchedule()
    for number in range(3):
        schedule.take(audio(number, 100))
    schedule.take([Request(0, "end", speech_blocks=95), Request(1, "end", speech_blocks=95)])
    job = carry_out(schedule)
    assert job is not None
    assert (numbers(job), job.length_s) == ((0, 1), 12.0)


def test_what_nobody_needs_is_not_decoded() -> None:
    schedule = DecodeSchedule()
    schedule.take([*audio(1, 20), Request(1, "drop")])
    assert schedule.next_job() is None
