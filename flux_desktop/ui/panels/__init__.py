"""The areas of the window: each wires one model to the widgets that show it."""
