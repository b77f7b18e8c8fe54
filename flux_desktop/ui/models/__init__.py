"""What the window shows, as plain state: fed with events, read by widgets, no Qt inside."""
