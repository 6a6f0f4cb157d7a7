"""``gepnet evidence``: trials and what they found; one module for each subject."""
