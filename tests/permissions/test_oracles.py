"""No filter, ordering or search of the API reveals a hidden column by the rows that it returns: a
list is the same for a right guess and a wrong one (contract C7, F4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.hostile.operations import READS
from tests.permissions.cells import routes
from tests.permissions.matrix import MATRIX
from tests.permissions.sending import address
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

LISTS = {each.path for each in READS if each.query}
# Columns of a person that are hidden from strangers, and the relations and lookups to reach them.
LOOKUPS = ("startswith", "contains", "regex", "exact", "gte")
PATHS = ("", "creator__", "user__", "other__", "sender__", "initiator__", "uploaded_by__")
COLUMNS = ("password", "email", "pending_email", "token_generation", "last_login", "digest")


def lists(world: World) -> list[str]:
    """Return the address of each list, with the creator's ids."""
    found = [each for each in routes(MATRIX) if described(each) in LISTS]
    return [address(world, each) for each in found]


def described(route: str) -> str:
    """Return the route in the format of the API description."""
    return route.replace("<id:pk>", "{id}").replace("<id:", "{").replace(">", "}")


def answer_to(world: World, who: str, path: str, query: str) -> tuple[int, bytes]:
    joined = f"{path}{'&' if '?' in path else '?'}{query}"
    answer = world.client(who).get(joined)
    # The link to the next page contains the query, and an error sentence the ordering.
    content = answer.content.replace(query.encode(), b"")
    return answer.status_code, content.replace(b" -", b" ")


def queries(creator: Any) -> list[tuple[str, str]]:
    """Return pairs of queries: a right guess about the creator, and a wrong one."""
    pairs = [
        (f"{path}{column}__{lookup}={value}", f"{path}{column}__{lookup}=~~~")
        for number, (path, column) in enumerate((p, c) for p in PATHS for c in COLUMNS)
        for lookup in [LOOKUPS[number % len(LOOKUPS)]]
        for value in [str(getattr(creator, column, "") or "a")[:6]]
    ]
    pairs += [(f"ordering={path}{column}", f"ordering=-{path}{column}")
              for path in PATHS[:2] for column in COLUMNS]  # fmt: skip
    return pairs


def test_no_list_is_filtered_or_ordered_by_a_hidden_column(world, time_machine_at):
    time_machine_at(timezone.now())  # signatures of files depend on the time
    found = []
    for turn, path in enumerate(lists(world)):
        for right, wrong in queries(world.people["creator"])[turn % 8 :: 8]:
            answers = [answer_to(world, "participant", path, each) for each in (right, wrong)]
            if answers[0] != answers[1]:
                found.append((path, right, wrong, answers))

    assert len(lists(world)) >= 15
    assert found == []


@pytest.mark.parametrize("part", ["reator@", "@example.com", "creator@example.com", "md5$"])
def test_nobody_is_found_by_a_part_of_their_address_or_password(world, part):
    assert answer_to(world, "stranger", "/v1/users/", f"search={part}") == (200, b"[]")


def test_a_search_by_name_shows_strangers_no_email_address(world):
    answer = world.client("stranger").get("/v1/users/?search=creator")

    assert [each["email"] for each in answer.json()] == [""]
