"""The views of the presenter: large type on one widget each, repainted only where something has changed."""
