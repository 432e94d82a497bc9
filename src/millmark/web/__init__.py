"""The HTTP API, sign-in, live streams, and the built console."""
