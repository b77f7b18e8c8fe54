"""Data sets: recordings with their reference texts and turns, read from the formats in which people keep them."""
