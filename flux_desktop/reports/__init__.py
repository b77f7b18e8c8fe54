"""What a person keeps of a run: transcripts, tables and summaries."""
