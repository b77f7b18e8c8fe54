"""The engine: runs connections, paces and measures them, records what happens, and supervises worker processes.

Vocabulary, the same in code, window, command line and documents:

- connection: what the user counts; "--connections 10" opens ten. It lives as long as its audio.
- stream: one bidirectional SageMaker stream of a connection. A connection has several, one after another, when it
  rotates (before SageMaker's limit of 30 minutes) or reconnects (after a loss).
- channel: the TCP and TLS connection that carries a stream.
- run: what Start starts: a plan, its connections, and a verdict.
- session folder: the recording of a run on disk; a session is what is opened from it.
- clip: one recording of a data set.
- turn: as in Flux, from StartOfTurn to EndOfTurn. EagerEndOfTurn announces a likely end, TurnResumed revokes it.
- chunk: one piece of audio on the wire, 80 ms unless stated otherwise.
- ledger: how many planned connections ended in which class; its sum is the number planned.
- user clock, wire clock: latency counted from when audio was spoken according to the schedule, or from when it was
  sent.
- worker: a process that runs streams; the supervisor starts workers and merges their events.

Imports point down: self_test > supervision > worker > connection > sending > measuring, recording > records.
"""
