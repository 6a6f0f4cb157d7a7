"""Response and toxicity over time: RECIST 1.1, growth, mid-treatment, scores, adverse events."""
