"""Pictures of a registry: what is missing, who changes, centres beside each other, survival."""
