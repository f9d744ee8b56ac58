"""The client of Zoom when Zoom misbehaves: which error it is, how soon, and what is tried again."""

from __future__ import annotations
