"""Recorded sessions as a collection: their facts, an index, deletion, retention and exchange."""
