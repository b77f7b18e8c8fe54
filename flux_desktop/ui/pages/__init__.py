"""The pages of the window; each composes panels and knows nothing of the other pages."""
