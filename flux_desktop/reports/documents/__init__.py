"""Documents that are handed over: one session as HTML, Markdown, JUnit, JSON, CSV or OpenMetrics text."""
