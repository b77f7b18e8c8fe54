"""Experiments: series of runs that answer one question, such as a threshold sweep or a capacity search."""
