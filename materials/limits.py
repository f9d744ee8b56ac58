"""The limits of a material's fields, said once for input, model and description."""

TITLE = 200
URL = 2_000
CONTENT = 20_000
FILE_NAME = 150
PER_SESSION = 100
