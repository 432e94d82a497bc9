"""The routes of the API, one file a subject. Each route names the one permission it needs."""
