"""Proofs that take longer than tests may: each is a program of its own, `python -m bench.proof.<name>`."""
