"""Traces: the messages that a server sent for a clip, and what it would have decided at another setting."""
