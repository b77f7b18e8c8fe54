"""The built-in endpoint as a child process: started, awaited until ready, stopped; never imported."""
