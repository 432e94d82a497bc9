"""Documents that an office issues: numbered, filled from templates of its own, each figure bound to its source."""
