"""Runs a plan in worker processes and tells the front end of it."""
