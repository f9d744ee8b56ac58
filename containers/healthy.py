"""The health check of a container: `python containers/healthy.py web` (or `beat`) exits with 0
if it is healthy.

It runs every few seconds, so it doesn't load Django.
"""

from __future__ import annotations

import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

# The file that beat writes, and its maximum age in seconds.
BEAT_SCHEDULE, BEAT_SECONDS = "beat-schedule", 600


def web() -> str:
    """Return what is wrong with REST or, if it is served, with live push; "" if nothing is."""
    port = int(os.environ.get("PORT") or 8000)
    wrong = answer_of(port, "/readyz")
    if not wrong and os.environ.get("REDIS_URL"):
        wrong = answer_of(int(os.environ.get("PUSH_PORT") or port + 1), "/healthz")
    return wrong


def answer_of(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=2.5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(500).decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"Port {port}: {error}"
    finally:
        connection.close()
    return "" if answer.status == 200 else f"Port {port}: {answer.status} {body}"


def beat() -> str:
    """Return what is wrong with beat, judged by the schedule file that it writes every few
    minutes."""
    folder = Path("/tmp")  # noqa: S108  # nosec B108  # the container's own
    written = [file.stat().st_mtime for file in folder.glob(f"{BEAT_SCHEDULE}*")]
    age = time.time() - max(written, default=0)
    return "" if age < BEAT_SECONDS else "The schedule hasn't been written for ten minutes."


def main() -> int:
    wrong = {"web": web, "beat": beat}[sys.argv[1]]()
    if wrong:
        sys.stderr.write(f"{wrong}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
