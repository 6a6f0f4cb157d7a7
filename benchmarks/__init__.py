"""Timings, each beside a peer in the same run; run with ``make bench``."""
