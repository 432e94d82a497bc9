"""What the parts of the dispatch desk share: working days, rules as data, and the log of steps."""
