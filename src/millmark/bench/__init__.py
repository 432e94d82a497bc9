"""Benchmarks: what the platform reaches on this machine, as JSON and as a table."""
