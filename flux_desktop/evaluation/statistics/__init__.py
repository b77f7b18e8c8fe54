"""Estimates with their 95 % intervals: what every figure with an interval is computed by."""
