"""Choosing thresholds: every setting over all traces, its figures, the frontier and the presets."""
