"""Checks that take too long for the tests. Each is a program: `python -m proof.<name>`."""
