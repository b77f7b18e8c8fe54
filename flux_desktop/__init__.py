"""Try, tune, load-test and demonstrate Deepgram Flux on Amazon SageMaker endpoints."""

__version__ = "0.1.0"
