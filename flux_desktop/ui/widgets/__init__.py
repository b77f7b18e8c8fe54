"""Small widgets with one job each: they paint and tell of clicks, and know nothing of runs."""
