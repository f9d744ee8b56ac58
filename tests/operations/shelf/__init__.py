"""An app of the tests, with a table, and a migration that locks it."""
