"""Processes that are killed by SIGKILL in the middle of an act: at each statement, and at each call
to another service. Django's execute wrapper and the fake services do it, without code in the
product.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.transaction import Atomic

from tests.faults.acts import Act, Case
from tests.faults.laboratory import At, Laboratory, at_rest
from tests.faults.site import Reply, die
from tests.support.fake_zoom_http import Call


@dataclass
class Victim:
    """The forked process, which a fake service kills."""

    pid: int = 0

    def die(self) -> None:
        die(self.pid)


def in_a_child(case: Case, wrapper: Any, victim: Victim | None = None) -> Reply | None:
    """Do an act in a forked process. Return its answer; None if it was killed before."""
    with at_rest():
        answer, output = os.pipe()
        wait, start = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.read(wait, 1)
            with connection.execute_wrapper(wrapper) if wrapper else nullcontext():
                reply = case.send()
            os.write(output, pickle.dumps(Reply(reply.status, reply.code, reply.retry_after)))
            os._exit(0)
        if victim:
            victim.pid = pid
        os.write(start, b"!")
        _, status = os.waitpid(pid, 0)
        os.close(output)
        data = os.read(answer, 65536)
        for each in (answer, wait, start):
            os.close(each)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    return pickle.loads(data)


def kill_at_statements(lab: Laboratory, name: str, act: Act) -> None:
    """Kill the process before and after each statement."""
    number = lab.healthy(name, act).number
    places = [(n, after) for n in range(1, number + 1) for after in (False, True)]
    for n, after in lab.sampled(places):
        case = act.prepare()
        reply = in_a_child(case, At(n, lambda: die(os.getpid()), after))
        lab.judge(
            "killed", f"{name}, {'after' if after else 'before'} statement {n}", act, case, reply
        )


def answer_lost(lab: Laboratory, name: str, act: Act) -> None:
    """Do the act, and let the client get no answer."""
    case = act.prepare()
    reply = case.send()
    lab.judge("answer lost", name, act, case, reply)


def kill_at_calls(lab: Laboratory, name: str, act: Act) -> None:
    """Kill the process when it calls Zoom, before and after Zoom carries out the call."""
    zoom = lab.outside.zoom
    before = len(zoom.requests)
    lab.healthy(name, act)
    called = {each.operation for each in zoom.requests[before:]}
    for operation in sorted(called | ({"token"} if called else set())):
        for after in (False, True):
            victim = Victim()
            case = act.prepare()
            lab.outside.zoom.behave(operation, killing(victim, after), times=1)
            reply = in_a_child(case, None, victim)
            lab.outside.zoom.calm()
            if reply is not None:  # the act doesn't call this operation
                break
            where = f"{name}, {'after' if after else 'before'} Zoom's {operation}"
            lab.judge("killed at a call", where, act, case, None)


def kill_at_mails(lab: Laboratory, name: str, act: Act) -> None:
    for moment in ("before", "after"):
        victim = Victim()
        case = act.prepare()
        setattr(lab.outside.mails, moment, victim.die)
        reply = in_a_child(case, None, victim)
        setattr(lab.outside.mails, moment, None)
        lab.judge("killed at a call", f"{name}, {moment} the mail was accepted", act, case, reply)


def killing(victim: Victim, after: bool) -> Callable[[Call], None]:
    def behaviour(call: Call) -> None:
        if after:
            call.zoom.answer(call.recorded)
        victim.die()
        call.close_connection = True

    return behaviour


@contextmanager
def without_transactions() -> Any:
    """The negative control: each statement is committed at once, so a kill leaves acts half
    done."""
    original = Atomic.__enter__, Atomic.__exit__
    Atomic.__enter__ = lambda self: None  # type: ignore[method-assign]
    Atomic.__exit__ = lambda self, *error: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Atomic.__enter__, Atomic.__exit__ = original  # type: ignore[method-assign]
