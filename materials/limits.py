"""The limits of a material's fields, said once for input, model and description."""

TITLE = 200
URL = 2_000
CONTENT = 10_000
FILE_NAME = 150
PER_SESSION = 100
# The characters of all notes of a session, since they are shown with it in lists of sessions.
NOTES_PER_SESSION = 50_000
# What it may cost to judge a file: the entries of an Office document's archive (large ones have a
# few hundred), and the processor time for a text. 25 MB take about 0.1 s.
PARTS = 2_000
JUDGING_SECONDS = 5
