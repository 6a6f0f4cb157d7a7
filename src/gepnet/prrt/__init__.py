"""The PRRT course: eligibility, plan, release of each cycle, dosimetry, retreatment.

Everything here proposes. A named person releases a cycle; the release is an event of the record.
"""
