"""Access tokens for people, as the product itself issues them: ids on stdin, tokens on stdout.

`issue()` runs this file in a separate process, since Django has one database and one key per
process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

import django

from bench.checkouts import Checkout
from bench.servers import environment


def issue(checkout: Checkout, url: str, people: Iterable[int]) -> dict[int, str]:
    """Return an access token, valid for a day, for each of these ids."""
    variables = environment("product", url, checkout=checkout)
    done = subprocess.run(
        [checkout.python, "-m", "bench.tokens"],
        cwd=checkout.root,
        env=variables | {"ACCESS_TOKEN_MINUTES": "1440"},
        input=json.dumps(list(people)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"No tokens could be issued:\n{done.stderr}")
    return {int(person): token for person, token in json.loads(done.stdout).items()}


def main() -> None:
    django.setup()
    from accounts import tokens  # noqa: PLC0415  # models can be imported only after the set-up
    from accounts.models import User  # noqa: PLC0415

    people = User.objects.in_bulk(json.load(sys.stdin))
    json.dump({person: tokens.issue(user)["access"] for person, user in people.items()}, sys.stdout)


if __name__ == "__main__":
    main()
