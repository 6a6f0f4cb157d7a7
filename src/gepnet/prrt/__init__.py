"""The PRRT course: eligibility, plan, release of each cycle, dosimetry, retreatment."""
