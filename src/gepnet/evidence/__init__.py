"""Evidence: trials, curves, synthesis, and the simulation of sequences of treatments."""
