"""People, and their friendships, blocks and messages."""

from __future__ import annotations

import pytest

from friendships import services


@pytest.fixture
def ada(person):
    return person("ada", first_name="Ada", last_name="Byron")


@pytest.fixture
def ben(person):
    return person("ben", first_name="Ben", last_name="Okri")


@pytest.fixture
def ask(now):
    """`ask(ada, ben)`: Ada asks Ben; return the friend request."""

    def make(one, other):
        return services.ask(by=one, to=other, now=now)

    return make


@pytest.fixture
def befriend(now, ask):
    """`befriend(ada, ben)`: Ada asks and Ben accepts; return the friendship."""

    def make(one, other):
        return services.accept(ask(one, other), by=other, now=now)

    return make


@pytest.fixture
def block(now):
    """`block(ada, ben)`: Ada blocks Ben."""

    def make(one, other):
        services.block(by=one, other=other, now=now)

    return make


@pytest.fixture
def write(now):
    """`write(ada, ben, "Hello")`: Ada writes to Ben; return the message."""

    def make(one, other, text="Hello"):
        return services.write(by=one, to=other, text=text, now=now)

    return make
