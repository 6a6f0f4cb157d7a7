"""``gepnet registry``: a registry and the questions that are asked of it."""
