"""The limits of a material's fields, said once for input, model and description."""

TITLE = 200
URL = 2_000
CONTENT = 10_000
FILE_NAME = 150
PER_SESSION = 100
# The characters of all notes of a session, since they are shown with it in lists of sessions.
NOTES_PER_SESSION = 50_000
