"""The floor: bare Django views with SQL written by hand, and orjson."""
