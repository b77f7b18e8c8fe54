"""Comparisons: two runs, two settings on the same clips, and streams that may influence each other."""
