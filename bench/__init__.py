"""The load benchmark, run by hand: `python -m bench --help`. Nothing of the server imports it."""
