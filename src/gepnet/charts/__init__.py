"""Pictures: plain data in, SVG, PNG or PDF out, each with a table and a sentence."""
