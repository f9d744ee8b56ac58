"""Proofs that take longer than tests may. Each is a program: `python -m bench.proof.<name>`."""
