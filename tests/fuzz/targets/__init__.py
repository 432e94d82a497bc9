"""What is fuzzed: each module's `run` takes any bytes and raises only when the platform is wrong.

Bytes from outside may be refused, by the room's own errors; anything else that comes out is a fault. Where two readers
read the same (the codec and a compiled pass), they must agree on every input, and the compiled pass reads from memory
that ends where the bytes end: a read beyond kills the process.
"""

NAMES = ("mqtt", "sparkplug", "json_telemetry", "line_protocol", "lane", "telemetry_lane")
