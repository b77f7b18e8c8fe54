"""Runs N connections: paces, measures, records and supervises them."""
