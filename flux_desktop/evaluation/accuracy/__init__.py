"""Word and character error rates: spellings, alignment, figures."""
