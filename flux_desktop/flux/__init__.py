"""The Flux protocol as pure code: messages, parameters, turns, and what each server build accepts."""
