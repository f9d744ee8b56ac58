"""Limits of messages, shared by request body, model and API description."""

TEXT = 4_000
