"""Lists take a fixed number of queries, the same for one item and for three. Each count includes
the query for the person who sends the request."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/v1/friends/", 2),  # the person, the friendships with their people
        ("/v1/friends/requests/", 2),
        ("/v1/friends/{friend}/messages/", 4),  # the person, the friend, the friendship
        ("/v1/users/?search=person", 2),
    ],
)
def test_a_list_takes_as_many_queries_for_three_items_as_for_one(
    api, befriend, ask, write, person, ada, items, path, number
):
    for _ in range(items):
        ask(person(), ada)
        befriend(friend := person(), ada)
    for _ in range(items):
        write(friend, ada)
    path = path.format(friend=friend.pk)

    with CaptureQueriesContext(connection) as captured:
        answer = api(ada).get(path)

    assert len(answer.json()) in {items, 2 * items}
    assert len(captured) == number, "\n".join(query["sql"] for query in captured)
