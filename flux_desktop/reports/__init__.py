"""Files that users keep of a run: transcripts, tables and summaries."""
