"""The floor: bare Django views with hand-written SQL and orjson."""
