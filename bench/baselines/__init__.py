"""The baselines: other implementations with the same answers from the same tables."""
