"""One load from many machines: a coordinator, and generators that carry the connections of its runs."""
