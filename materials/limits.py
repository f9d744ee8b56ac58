"""The limits of a material's fields, defined once for input, model and API description."""

TITLE = 200
URL = 2_000
CONTENT = 10_000
FILE_NAME = 150
PER_SESSION = 100
# The characters of all notes of a session together, since lists of sessions include them.
NOTES_PER_SESSION = 50_000
# The limits on checking a file: the entries of an Office document's archive (large documents have a
# few hundred), and the processor time for a text, of which 25 MB take about 0.1 s.
PARTS = 2_000
CHECK_SECONDS = 5
