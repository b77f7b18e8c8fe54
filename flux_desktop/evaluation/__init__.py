"""Evaluation of what was recorded: accuracy, turn-taking, thresholds, capacity and cost, as pure functions of data."""
