"""Playback that is synchronised with a run or its recording, in a process of its own."""
