"""The limits of what friends send, said once for input, model and description."""

TEXT = 4_000
