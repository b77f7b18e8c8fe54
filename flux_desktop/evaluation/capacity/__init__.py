"""The search for the number of conversations that an endpoint holds within limits, as pure functions."""
