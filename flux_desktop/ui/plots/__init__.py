"""The curves: the only modules that import pyqtgraph, loaded after the window has been painted."""
