"""The names of what a run measures, and the lateness of sending beyond which the figures are worthless."""

from __future__ import annotations

FIGURES = (
    "update",
    "wire",
    "pacing",
    "first_transcript",
    "start_of_turn",
    "end_of_turn",
    "end_decision",
    "end_delivery",
    "eager_lead",
    "configure",
    "connect",
    "headers",
    "connected",
    "close",
)
"""Every duration that a run measures, by name; each has a histogram of its own."""

PACING_P99_MAX_MS = 40.0
"""Lateness of sending, p99: half a chunk. Above it the run is INVALID, as every latency includes the delay."""
