"""The commands, one file a subject; what they need loads inside them, so that the command itself starts fast."""
