"""What everybody may read without signing in: rendered here, readable without scripts, and only what was published."""
