"""The built-in Flux endpoint: a real peer on this machine, run as a process of its own."""
