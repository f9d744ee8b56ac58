"""Creates `.env.production` with new secrets if it doesn't exist; `make up` calls this script.

    python3 containers/production_env.py [host name]

It only uses the standard library, since nothing is installed on the machine with the containers.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

TEMPLATE = """\
# Read by compose.yaml. It has the secrets of this site: keep a copy in a safe place, and don't
# commit it. You can add any setting of docs/settings.md. Put a value with a $ in 'quotes'.

# A new key signs everybody out. Whoever knows the key can sign in as anybody.
SECRET_KEY={key}
# The databases get these passwords when they are created: don't change them only here.
POSTGRES_PASSWORD={postgres}
REDIS_PASSWORD={redis}

# The public host names of this server, and its address in mails.
ALLOWED_HOSTS={host}
PUBLIC_URL={address}
# The port on which the proxy listens for plain HTTP.
HTTP_PORT={port}

# FRONTEND_URL=https://app.example.org
# CORS_ALLOWED_ORIGINS=https://app.example.org
# EMAIL_URL=smtp+tls://user:password@mail.example.org:587
# DEFAULT_FROM_EMAIL=Tutoring Sessions <noreply@example.org>
"""


def text_for(host: str) -> str:
    """Return the file for a server of this name. `localhost` is for trying it out, without TLS and
    on a port that needs no privileges."""
    is_trial = host == "localhost"
    return TEMPLATE.format(
        key=secrets.token_urlsafe(64),
        postgres=secrets.token_urlsafe(32),
        redis=secrets.token_urlsafe(32),
        host=host,
        address="http://localhost:8080" if is_trial else f"https://{host}",
        port=8080 if is_trial else 80,
    )


def write(file: Path, host: str) -> bool:
    """Write the file, readable by its owner only. Return False if it exists already."""
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
        sys.stdout.write(f"{target.name} exists already; it was not changed.\n")
