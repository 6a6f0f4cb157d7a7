"""``gepnet response``: response, growth and toxicity over time; one module for each subject."""
