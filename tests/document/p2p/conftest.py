"""The people of the document's examples."""

from collections.abc import Iterator

import pytest

from tests.document.p2p.client import Browser
from tests.support.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A separate server: the other document doesn't know the statuses of these sessions."""
    quiet = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1"}
    with Server(tmp_path_factory.mktemp("p2p"), quiet) as running:
        yield running


@pytest.fixture(scope="session")
def john(server):
    return Browser.of_a_newcomer(server, "john_doe", "John Doe")


@pytest.fixture(scope="session")
def bob(server):
    return Browser.of_a_newcomer(server, "bob_wilson", "Bob Wilson")


@pytest.fixture(scope="session")
def jane(server):
    """A person without a first and last name."""
    return Browser.of_a_newcomer(server, "jane_smith")


@pytest.fixture
def offered(john):
    """A new session of John's."""
    return john.offer()["id"]


@pytest.fixture
def scheduled(john, bob, jane):
    """The session of the examples: Bob has joined, Jane has a pending request."""
    session = john.offer()["id"]
    for asker in (bob, jane):
        asker.ask(session, message="I'm interested in learning Python")
    assert john.decide("approve", session, bob.id).ok
    return session
