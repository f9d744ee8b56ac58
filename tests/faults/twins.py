"""Two of everything at once; everything without Redis, and by a machine with a wrong clock."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections

from tests.faults.acts import Act, Case
from tests.faults.laboratory import Laboratory
from tests.faults.site import Reply, clock_wrong_by
from tests.racing import at_once


def at_once_twice(lab: Laboratory, name: str, act: Act) -> None:
    """The same request, or the same job, twice at the same moment: it is done once, and nobody
    hears of an error that isn't theirs."""
    case = act.prepare()
    replies = at_once([lambda: alone(case)] * 2)
    wrong = [
        each
        for each in replies
        if not (each.fine or each.regretted or (each.status < 500 and each.code in act.again))
    ]
    if wrong or not any(each.fine for each in replies):
        lab.problems.append(f"twice at once, {name}: {replies}")
    lab.judge("twice at once", name, act, case, Reply(200))


def alone(case: Case) -> Reply:
    """In a thread of its own, with its own connection."""
    try:
        return case.send()
    finally:
        connections.close_all()


def without_redis(lab: Laboratory, name: str, act: Act) -> None:
    case = act.prepare()
    reply = case.send()
    if not reply.fine:
        lab.problems.append(f"without Redis, {name}: {reply}")
    lab.judge("Redis gone", name, act, case, reply)


def with_a_wrong_clock(lab: Laboratory, name: str, act: Act) -> None:
    """Ten minutes ahead, and ten minutes behind; the next try is another machine's."""
    for minutes in (10, -10):
        case = act.prepare()
        with clock_wrong_by(timedelta(minutes=minutes)):
            reply = case.send()
        # What Zoom signed at another time is refused, and Zoom sends it again.
        heard = None if reply.code == "zoom_signature_invalid" else reply
        lab.judge("clock wrong", f"{name}, {minutes:+} minutes", act, case, heard)
