"""The supplier pool: admission, solutions, demands and the matching between them."""
