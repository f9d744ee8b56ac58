"""Writes `.env.production` with fresh secrets, unless there is one: `make up` calls it.

    python3 containers/production_env.py [host name]

Plain Python, since it runs on the machine that has the containers, where nothing is installed.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

TEMPLATE = """\
# Read by compose.yaml. Secrets of this site: keep a copy somewhere safe, and out of the repository.
# Every setting of docs/settings.md may stand here, a line each; a value with a $ in 'quotes'.

# Who loses this key signs everybody out; who finds it can sign in as anybody.
SECRET_KEY={key}
# The databases take these when they are first made: changing them here alone locks the server out.
POSTGRES_PASSWORD={postgres}
REDIS_PASSWORD={redis}

# The names under which people reach this server, and its address in mails.
ALLOWED_HOSTS={host}
PUBLIC_URL={address}
# Where the proxy listens for plain HTTP.
HTTP_PORT={port}

# FRONTEND_URL=https://app.example.org
# CORS_ALLOWED_ORIGINS=https://app.example.org
# EMAIL_URL=smtp+tls://user:password@mail.example.org:587
# DEFAULT_FROM_EMAIL=Tutoring Sessions <noreply@example.org>
"""


def text_for(host: str) -> str:
    """The file for a server of this name; `localhost` is for trying out, on a port that anybody
    may use, without TLS."""
    trying_out = host == "localhost"
    return TEMPLATE.format(
        key=secrets.token_urlsafe(64),
        postgres=secrets.token_urlsafe(32),
        redis=secrets.token_urlsafe(32),
        host=host,
        address="http://localhost:8080" if trying_out else f"https://{host}",
        port=8080 if trying_out else 80,
    )


def write(file: Path, host: str) -> bool:
    """Write the file, for its owner's eyes only; False if there is one already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text_for(host))
    return True


if __name__ == "__main__":
    target = Path(__file__).resolve().parent.parent / ".env.production"
    if write(target, (sys.argv[1:] or ["localhost"])[0]):
        sys.stdout.write(f"Wrote {target.name}, with new secrets.\n")
    else:
        sys.stdout.write(f"{target.name} is there already, and stays as it is.\n")
