"""One load from many machines: a coordinator, and generators that carry the connections of its runs."""

LINE_VARIABLE = "FLUX_CLUSTER"
"""Environment variable from which a generator takes its line where no argument has it."""
