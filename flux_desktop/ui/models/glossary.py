"""The words on screen and what they mean, for Help and for tips: one explanation per word."""

from __future__ import annotations

GLOSSARY: dict[str, str] = {
    "Bracketed": "The result of a capacity search that knows a number which passes and one just above it that fails.",
    "Capacity": "The largest number of conversations at once with which an endpoint meets every limit.",
    "Channel": "Of a recording: one of its audio tracks, such as left or right. Flux receives one.",
    "Chunk": "A short piece of audio, usually 80 ms, sent as one message.",
    "Confidence": "Flux's estimate, from 0 to 100 %, that the speaker has finished the turn.",
    "Configure": "The message that changes end-of-turn settings and keyterms while a stream is open.",
    "Connection": "One conversation of the run. It uses one stream after another if it reconnects or rotates.",
    "Cut-off": "An end of turn that comes while the speaker has not finished, mostly in a hold.",
    "Decision": "The part of the end-of-turn latency from the last word until Flux decides that the turn is over.",
    "Delivery": "The part of the end-of-turn latency from that decision until its message arrives here.",
    "Eager end of turn": "An early report that the turn has probably ended, so that an agent can prepare its answer. "
    "It is sent when the confidence reaches the eager threshold.",
    "End of turn": "Flux's report that the speaker has finished. It is sent when the confidence reaches the "
    "end-of-turn threshold, or after the timeout.",
    "End-of-turn latency": "Time from the end of the last word until the end of turn arrives.",
    "Gap": "Audio that was not transcribed because a connection was lost and reconnected.",
    "Hold": "A silence inside a turn, after which the same speaker continues.",
    "In force": "Accepted by Flux and used from now on; “pending” means sent but not confirmed yet.",
    "Keyterm": "A word or name that Flux should expect and favour.",
    "Limit": "A condition on a figure, such as update_p95_ms<400. All must be met for the verdict PASS.",
    "Loop": "Start the recording again when it ends.",
    "p50, p95, p99": "50, 95 or 99 of 100 measurements were at most this value. p50 is the median.",
    "Pacing": "How late this computer sent its chunks. Above 40 ms at p99 the latencies include this computer's own "
    "delay and cannot be trusted.",
    "Playhead": "The line that shows which moment of the audio is played or sent.",
    "Presenter view": "A view of a run for an audience, in large type (F11). Its keys are listed by ?.",
    "Preset": "A named set of end-of-turn threshold, eager threshold and timeout.",
    "Probe": "A series of short streams that finds out what an endpoint's build supports.",
    "Ramp": "How the connections of a run open: all at once, in batches or in stages.",
    "Resumed": "The speaker continued after an eager end of turn; what was prepared must be discarded.",
    "Retention": "The rule by which old sessions are deleted: by space and age, never the newest 20 or starred ones, "
    "and not before you have agreed to it.",
    "Rotation": "The planned switch of a connection to a new stream before the 30-minute limit of SageMaker.",
    "Rung": "One step of a capacity search: so many streams at once, first settled, then measured.",
    "Scaling target": "Streams on each instance at which to add another one: 75 % of the capacity.",
    "Session": "The recording of a run on disk, in a folder of its own. It can be opened and replayed.",
    "Stall": "A time during which the window itself did not respond.",
    "Stream": "One bidirectional SageMaker stream, which carries audio out and messages in.",
    "Survived hold": "A silence inside a turn through which Flux kept the turn open until the speaker continued. Its "
    "length comes from the data set where it states holds, else from the level of the audio sent, else from the "
    "times of the words.",
    "Timeline": "The audio of one connection with what Flux reported about it: each message where the audio was when "
    "it arrived.",
    "Timeout": "The silence after which a turn ends, whatever the confidence.",
    "Trend": "One figure over all sessions with the same endpoint, data, kind and number of connections.",
    "Turn": "What one person says until someone else may speak: from StartOfTurn to EndOfTurn.",
    "Update": "A message with the text of the turn so far. Flux sends one about every 0.25 s.",
    "Update latency": "Time from when audio was spoken until the text that contains it arrives.",
    "User clock": "Latency from the moment the audio was due to be sent, as a listener experiences it.",
    "Verdict": "DONE without limits; PASS or FAIL with limits; INVALID if the figures cannot be trusted.",
    "WER, CER": "Errors against the reference text: wrong, missing and additional words (or characters, in scripts "
    "without spaces) as a share of the reference.",
    "Wire clock": "Latency from the moment the audio was written to the network, without this computer's delay.",
}


def meaning(word: str) -> str:
    """The explanation of a word of the glossary."""
    return GLOSSARY[word]
