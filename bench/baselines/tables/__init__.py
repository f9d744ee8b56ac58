"""The tables as Django's models, for the baselines that use its ORM."""
