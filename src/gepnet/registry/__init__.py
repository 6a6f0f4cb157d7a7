"""A registry: a store of event tables, assessed at scale, and the questions asked of it."""
