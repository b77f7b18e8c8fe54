"""The names of what a run measures: one list for histograms, limits, tables and plots."""

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
