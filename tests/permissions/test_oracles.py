"""No filter, order or search of the API tells, by the rows that it leaves, what is shown to nobody:
whatever is right or wrong about a hidden column, the list is the same (contract C7, F4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.hostile.operations import READS
from tests.permissions.asking import address
from tests.permissions.cells import routes
from tests.permissions.matrix import MATRIX
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

LISTS = {each.path for each in READS if each.query}
# What a person's row has that a stranger isn't told, and how an oracle would ask for it.
LOOKUPS = ("startswith", "contains", "regex", "exact", "gte")
PATHS = ("", "creator__", "user__", "other__", "sender__", "initiator__", "uploaded_by__")
COLUMNS = ("password", "email", "pending_email", "token_generation", "last_login", "digest")


def lists(world: World) -> list[str]:
    """The address of each list, of the creator's things where it names one."""
    found = [each for each in routes(MATRIX) if described(each) in LISTS]
    return [address(world, each) for each in found]


def described(route: str) -> str:
    """A route as the API's description writes it."""
    return route.replace("<id:pk>", "{id}").replace("<id:", "{").replace(">", "}")


def told(world: World, who: str, path: str, query: str) -> tuple[int, bytes]:
    joined = f"{path}{'&' if '?' in path else '?'}{query}"
    answer = world.client(who).get(joined)
    # What was sent stands in the next page's address, and an order in its refusal.
    content = answer.content.replace(query.encode(), b"")
    return answer.status_code, content.replace(b" -", b" ")


def queries(creator: Any) -> list[tuple[str, str]]:
    """Pairs of a query that is right about the creator, and the same that is wrong."""
    pairs = [
        (f"{path}{column}__{lookup}={value}", f"{path}{column}__{lookup}=~~~")
        for number, (path, column) in enumerate((p, c) for p in PATHS for c in COLUMNS)
        for lookup in [LOOKUPS[number % len(LOOKUPS)]]
        for value in [str(getattr(creator, column, "") or "a")[:6]]
    ]
    pairs += [(f"ordering={path}{column}", f"ordering=-{path}{column}")
              for path in PATHS[:2] for column in COLUMNS]  # fmt: skip
    return pairs


def test_no_list_is_narrowed_or_ordered_by_what_is_hidden(world, time_machine_at):
    time_machine_at(timezone.now())  # for the signatures of files
    found = []
    for turn, path in enumerate(lists(world)):
        for right, wrong in queries(world.people["creator"])[turn % 8 :: 8]:
            answers = [told(world, "participant", path, each) for each in (right, wrong)]
            if answers[0] != answers[1]:
                found.append((path, right, wrong, answers))

    assert len(lists(world)) >= 15
    assert found == []


@pytest.mark.parametrize("part", ["reator@", "@example.com", "creator@example.com", "md5$"])
def test_nobody_is_found_by_a_part_of_their_address_or_password(world, part):
    assert told(world, "stranger", "/v1/users/", f"search={part}") == (200, b"[]")


def test_who_was_found_by_a_name_shows_no_address(world):
    answer = world.client("stranger").get("/v1/users/?search=creator")

    assert [each["email"] for each in answer.json()] == [""]
