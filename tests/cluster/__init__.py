"""Tests for flux_desktop.cluster."""
