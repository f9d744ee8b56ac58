"""Chat messages are pushed live, like notifications (contract N5, F3)."""

from __future__ import annotations

import pytest

from tests.support.sockets import answer_to_ping, hear, open_socket


@pytest.fixture
def mia_and_tom(push_site):
    """The tokens of two friends, and their ids."""
    mia, tom = push_site.register("mia"), push_site.register("tom")
    ids = [push_site.call("GET", "/api/auth/me/", token).json()["id"] for token in (mia, tom)]
    made = push_site.call("POST", "/v1/friends/requests/", mia, json={"user_id": ids[1]}).json()
    assert push_site.call("POST", f"/v1/friends/requests/{made['id']}/accept/", tom).ok
    return (mia, tom), ids


def test_a_message_is_pushed_to_every_device_of_both_people_and_to_nobody_else(
    push_site, mia_and_tom, sam
):
    (mia, tom), (mias, toms) = mia_and_tom
    with (
        open_socket(push_site, "bearer", mia) as hers,
        open_socket(push_site, "bearer", tom) as his,
        open_socket(push_site, "bearer", sam) as other,
    ):
        for socket in (hers, his, other):
            hear(socket)

        body = {"text": "See you at six?"}
        answer = push_site.call("POST", f"/v1/friends/{toms}/messages/", mia, json=body)

        # Her socket stands for another device than the one on which she wrote it.
        shown = push_site.call("GET", f"/v1/friends/{mias}/messages/", tom).json()
        frame = {"type": "message", "data": shown[0]}
        assert (answer.json(), len(shown)) == (shown[0], 1)
        assert [hear(hers), hear(his)] == [frame, frame]
        assert answer_to_ping(other) == {"type": "pong"}
