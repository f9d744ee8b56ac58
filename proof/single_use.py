"""Checks that single-use tokens and links work only once, even when used simultaneously.

`python -m proof.single_use --things 1000 --redeemers 8` runs the site with two processes on
PostgreSQL, creates this number of join tokens, refresh tokens (with rotation), reset links and
links that confirm an e-mail address, and lets all redeemers use each of them at once over HTTP.
Each must give exactly one success. Then come negative controls, on servers without the safeguard of
a kind: each must find something that works several times. The exit code is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import django
import requests

from tests.support.databases import fresh_postgres
from tests.support.fake_zoom import FakeZoom
from tests.support.server import Server
from tests.zoom.site import Site, two_servers

LOCAL = "postgresql://postgres@localhost:5432/postgres"
ENVIRONMENT = {
    "DEMO_DATA": "0",
    "EMBEDDED_SCHEDULER": "0",
    "DISABLE_THROTTLING": "1",
    "ROTATE_REFRESH_TOKENS": "1",
}
SABOTEUR = [sys.executable, "-m", "tests.accounts.saboteur"]
CONTROL_THINGS = 30


class Things(NamedTuple):
    """Tokens or links of one kind: the path that redeems them, the access token to use, and a
    request body for each."""

    path: str
    token: str
    bodies: list[dict[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=1000)
    parser.add_argument("--redeemers", type=int, default=8)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", LOCAL))
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = options.database
    with tempfile.TemporaryDirectory() as folder, fresh_postgres() as url:
        return prove(Path(folder), url, options.things, options.redeemers)


def prove(folder: Path, url: str, things: int, redeemers: int) -> int:
    # The tokens are created here, by the servers' code and with their key.
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.support.quick_settings"}
    django.setup()
    with FakeZoom() as zoom:
        environment = ENVIRONMENT | zoom.environment | {"DATABASE_URL": url}
        with serving(folder / "whole", environment) as servers:
            site = Site(servers, zoom)
            kinds = {
                "join token": join_tokens(site, things),
                "refresh token": refresh_tokens(things),
                "reset link": reset_links(things),
                "e-mail link": email_links(things),
            }
            held = [report(kind, servers, made, redeemers) for kind, made in kinds.items()]
        broken = [
            breaks(folder / guard, environment | {"SABOTAGE": guard}, make, redeemers)
            for guard, make in CONTROLS.items()
        ]
    print("All kinds PASSED" if all(held) else "FAILED", end=", ")
    print("and every control broke" if all(broken) else "but a control did NOT break")
    return 0 if all(held) and all(broken) else 1


def breaks(
    folder: Path, environment: dict[str, str], make: Callable[[int], Things], redeemers: int
) -> bool:
    """Whether something works several times on servers without the safeguard."""
    with serving(folder, environment, command=SABOTEUR) as servers:
        return not report(f"no {folder.name}", servers, make(CONTROL_THINGS), redeemers)


@contextmanager
def serving(folder: Path, environment: dict[str, str], **options: Any) -> Iterator[list[Server]]:
    folder.mkdir()
    with two_servers(folder, environment, **options) as servers:
        yield servers


def report(kind: str, servers: list[Server], things: Things, redeemers: int) -> bool:
    """Redeem all, print the results, and return whether each gave one success."""
    began = time.monotonic()
    successes, statuses = redeem(servers, things, redeemers)
    held = successes == {1: len(things.bodies)}
    shown = ", ".join(f"{count} × {number}" for number, count in sorted(successes.items()))
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    seconds = time.monotonic() - began
    print(f"{kind:<14} {len(things.bodies)} × {redeemers}: successes of each {shown};", end=" ")
    print(f"answers {answers}; {seconds:.0f} s", flush=True)
    return held and max(statuses) < 500


def redeem(
    servers: list[Server], things: Things, redeemers: int
) -> tuple[Counter[int], Counter[int]]:
    """Return the number of things by their number of successes, and of answers by their status."""
    barrier = threading.Barrier(redeemers)

    def use_all(number: int) -> list[int]:
        server, seen = servers[number % len(servers)], []
        headers = {"Authorization": f"Bearer {things.token}"} if things.token else {}
        with requests.Session() as session:
            for body in things.bodies:
                barrier.wait(60)
                address = server.base + things.path
                seen.append(session.post(address, json=body, headers=headers, timeout=60))
        return [answer.status_code for answer in seen]

    with ThreadPoolExecutor(redeemers) as pool:
        seen = list(pool.map(use_all, range(redeemers)))
    each = [sum(status < 300 for status in answers) for answers in zip(*seen, strict=True)]
    return Counter(each), Counter(status for answers in seen for status in answers)


def join_tokens(site: Site, number: int) -> Things:
    """Return join tokens of one session, all for Ben."""
    from django.utils import timezone  # noqa: PLC0415  # after django.setup()

    from zoom.models import JoinToken  # noqa: PLC0415
    from zoom.services.tokens import LIFETIME, digest_of  # noqa: PLC0415

    session, now = site.make(), timezone.now()
    site.post(session, "start", site.ada)
    site.post(session, "ready", site.ben)
    texts = [f"join-token-{each}" for each in range(number)]
    JoinToken.objects.bulk_create(
        JoinToken(
            session_id=session,
            user_id=site.ben_id,
            digest=digest_of(text),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        for text in texts
    )
    return Things("/v1/sessions/join-token/validate/", site.ben, [{"token": t} for t in texts])


def people(kind: str, number: int) -> list[Any]:
    """Create a person for each thing, since a second use may revoke all tokens of its owner."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415  # after django.setup()

    from accounts.models import User  # noqa: PLC0415

    password = make_password("a-good-password-26")
    names = [f"{kind}{each}-{time.time_ns()}" for each in range(number)]
    made: list[Any] = User.objects.bulk_create(
        User(
            username=name,
            email=f"{name}@example.com",
            pending_email=f"{name}@new.example",
            password=password,
        )
        for name in names
    )
    return made


def refresh_tokens(number: int) -> Things:
    from accounts import tokens  # noqa: PLC0415  # after django.setup()

    made = [{"refresh": tokens.issue(user)["refresh"]} for user in people("refresh", number)]
    return Things("/api/auth/token/refresh/", "", made)


def reset_links(number: int) -> Things:
    from accounts import tokens  # noqa: PLC0415  # after django.setup()

    password = {"new_password": "quite-another-one-31"}
    made = [link(user, tokens.reset_links) | password for user in people("reset", number)]
    return Things("/api/auth/password/reset/confirm/", "", made)


def email_links(number: int) -> Things:
    from accounts import tokens  # noqa: PLC0415  # after django.setup()

    made = [link(user, tokens.email_links) for user in people("email", number)]
    return Things("/api/auth/email/confirm/", "", made)


def link(user: Any, links: Any) -> dict[str, str]:
    from django.utils.http import urlsafe_base64_encode  # noqa: PLC0415  # after django.setup()

    return {"uid": urlsafe_base64_encode(str(user.pk).encode()), "token": links.make_token(user)}


# The safeguards that the saboteur removes, and the kind that each protects. The control of join
# tokens is in `tests/zoom/test_races.py`.
CONTROLS = {"claim": refresh_tokens, "swap": reset_links, "confirm": email_links}


if __name__ == "__main__":
    sys.exit(main())
