"""The built-in Flux endpoint: a complete HTTP/2 peer on this machine, in a process of its own."""
