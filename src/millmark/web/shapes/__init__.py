"""The shapes of the HTTP API, one file a subject; the console's types are generated from them."""
