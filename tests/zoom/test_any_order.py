"""Random steps of the two people and a stranger: each answer is what a plain model of the contract
expects, and nobody can join too early (contract O2–O6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest

PROGRAMS, STEPS = 28, 12
# The weights of the steps. Ends are rare, since little can happen after them.
ACTIONS = {
    "start": 8,
    "ready": 10,
    "join_token": 10,
    "validate": 16,
    "leave": 3,
    "end": 1,
    "cancel": 1,
}


@dataclass
class Token:
    text: str
    owner: str
    used: bool = False


@dataclass
class Model:
    """A plain model of the contract."""

    status: str = "pending"
    starter: str = ""
    ready: set[str] = field(default_factory=set)
    tokens: list[Token] = field(default_factory=list)

    def may_join(self, who: str) -> str:
        if self.status != "active":
            return "not_active"
        if who == self.starter:
            return "ok" if self.ready - {who} else "other_not_ready"
        return "ok" if who in self.ready else "not_marked_ready"

    def expect(self, who: str, action: str, token: Token | None) -> str:
        """Return the expected result of a call, and change the model if it is ok."""
        if action == "validate":
            return self.validate(who, token)
        if who == "zoe":
            return "not_your_session"
        return getattr(self, f"do_{action}")(who)

    def do_start(self, who: str) -> str:
        if self.status != "pending":
            return "already_started" if self.status == "active" else "cannot_start"
        self.status, self.starter = "active", who
        return "ok"

    def do_ready(self, who: str) -> str:
        if self.status not in {"pending", "active"}:
            return "cannot_be_ready"
        self.ready.add(who)
        return "ok"

    def do_join_token(self, who: str) -> str:
        return self.may_join(who)

    def do_leave(self, who: str) -> str:
        return "ok" if self.status == "active" else "not_active"

    def do_end(self, who: str) -> str:
        if self.status != "active":
            return "cannot_end"
        self.status = "completed"
        return "ok"

    def do_cancel(self, who: str) -> str:
        if self.status not in {"pending", "active"}:
            return "cannot_cancel"
        self.status = "cancelled"
        return "ok"

    def validate(self, who: str, token: Token | None) -> str:
        if token is None:
            return "join_token_unknown"
        if token.owner != who:
            return "join_token_not_yours"
        if self.may_join(who) != "ok":
            return self.may_join(who)
        if token.used:
            return "join_token_used"
        token.used = True
        return "ok"


def call(client, number, action, token):
    if action == "validate":
        body = {"token": token.text if token else "guessed"}
        return client.post("/v1/sessions/join-token/validate/", body)
    return client.post(f"/v1/sessions/{number}/{action.replace('_', '-')}/")


@pytest.mark.django_db
def test_random_steps_are_answered_as_the_model_expects(api, friends, person, settings):
    settings.DISABLE_THROTTLING = True  # this test exceeds the limits
    ada, ben = friends
    clients = {user.username: api(user) for user in (ada, ben, person("zoe"))}
    outcomes = set()
    for seed in range(PROGRAMS):
        random, model, steps = Random(seed), Model(), []
        made = clients["ada"].post("/v1/sessions/create/", {"participant_id": ben.pk})
        number = made.json()["id"]
        for _ in range(STEPS):
            who = random.choices(["ada", "ben", "zoe"], [6, 6, 1])[0]
            action = random.choices(list(ACTIONS), list(ACTIONS.values()))[0]
            token = random.choice([*model.tokens * 2, None])

            answer = call(clients[who], number, action, token)
            expected = model.expect(who, action, token)

            steps.append((who, action, expected))
            outcome = "ok" if answer.status_code < 300 else answer.json()["code"]
            assert outcome == expected, (seed, steps)
            if expected == "ok" and action == "join_token":
                model.tokens.append(Token(answer.json()["token"], who))
            shown = answer.json()
            if "can_join" in shown:
                assert shown["status"] == model.status, (seed, steps)
                assert shown["can_join"] == (model.may_join(who) == "ok"), (seed, steps)
            outcomes.add((action, expected))
    # The programs reached the most important results.
    assert {("validate", "ok"), ("validate", "join_token_used")} <= outcomes
    assert {("join_token", "other_not_ready"), ("join_token", "not_marked_ready")} <= outcomes
    assert {("validate", "not_active"), ("validate", "join_token_not_yours")} <= outcomes
