"""Acts that are done twice at once, without Redis, or with a wrong clock."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections

from tests.faults.acts import Act, Case
from tests.faults.laboratory import Laboratory
from tests.faults.site import Reply, clock_wrong_by
from tests.support.racing import at_once


def at_once_twice(lab: Laboratory, name: str, act: Act) -> None:
    """Send the same request, or run the same job, twice at the same time. It is done once, and each
    answer is a success, a 503, or the code for a repetition."""
    case = act.prepare()
    replies = at_once([lambda: in_own_connection(case)] * 2)
    wrong = [
        each
        for each in replies
        if not (each.ok or each.unavailable or (each.status < 500 and each.code in act.again))
    ]
    if wrong or not any(each.ok for each in replies):
        lab.problems.append(f"twice at once, {name}: {replies}")
    lab.judge("twice at once", name, act, case, Reply(200))


def in_own_connection(case: Case) -> Reply:
    """Do the act with a connection of the current thread, and close that."""
    try:
        return case.send()
    finally:
        connections.close_all()


def without_redis(lab: Laboratory, name: str, act: Act) -> None:
    case = act.prepare()
    reply = case.send()
    if not reply.ok:
        lab.problems.append(f"without Redis, {name}: {reply}")
    lab.judge("Redis gone", name, act, case, reply)


def with_a_wrong_clock(lab: Laboratory, name: str, act: Act) -> None:
    """Do the act with a clock that is ten minutes fast, and one that is ten minutes slow. The next
    try is on a machine with the right time."""
    for minutes in (10, -10):
        case = act.prepare()
        with clock_wrong_by(timedelta(minutes=minutes)):
            reply = case.send()
        # A webhook with a wrong time is refused, and Zoom sends it again.
        answered = None if reply.code == "zoom_signature_invalid" else reply
        lab.judge("clock wrong", f"{name}, {minutes:+} minutes", act, case, answered)
