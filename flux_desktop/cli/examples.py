"""The examples at the end of each help text; a test runs every one of them."""

from __future__ import annotations

EXAMPLES = {
    "flux-stress self-test": "check that everything works on this machine",
    "flux-stress file local --file talk.wav": "one connection to the built-in endpoint",
    'flux-stress file local --file talk.wav --connections 10 --limit "update_p95_ms<400ms"': "exit status 99 if slower",
    'flux-stress file local --file talk.wav --stages "10x30s,50x60s"': "a ramp, in two steps",
    "flux-stress file my-flux --file talk.wav --profile voice-dev --region us-east-1": "a real endpoint",
    "flux-stress microphone local --connections 2": "speak; stop with Ctrl+C",
    "flux-stress microphone --list-devices": "list the microphones",
    "flux-stress summary 2026-01-31_12-00-00 --summary-jsonl summary.jsonl": "a run that was recorded earlier",
    "flux-stress data check recordings/": "count clips, minutes, texts and turns",
    "flux-stress list-endpoints --region us-east-1 --status inservice": "list the account's endpoints",
    "flux-stress local-endpoint --port 8443 --fault delay-ms=200": "a slow endpoint for other clients",
}


def examples(command: str = "") -> str:
    """All examples, or those of one command, under a heading; empty if there is none."""
    shown = {line: about for line, about in EXAMPLES.items() if line.split()[1] == command or not command}
    return "\n".join(["examples:", *(f"  {line}\n      {about}" for line, about in shown.items())]) if shown else ""
