"""Speech models of the built-in endpoint: their files, where these are kept, and their download."""
