"""Processes that end in the middle of an act, by SIGKILL: at each statement, and at each call to
another service. Nothing in the product knows: Django's execute wrapper and the fakes do it."""

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
from tests.zoom.fake_zoom_http import Call


@dataclass
class Victim:
    """The process that is to be killed by somebody else, once it has been born."""

    pid: int = 0

    def die(self) -> None:
        die(self.pid)


def in_a_child(case: Case, wrapper: Any, victim: Victim | None = None) -> Reply | None:
    """Do an act in a process of its own; its answer, None if it was killed before it had one."""
    with at_rest():
        answer, say = os.pipe()
        wait, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.read(wait, 1)
            with connection.execute_wrapper(wrapper) if wrapper else nullcontext():
                reply = case.send()
            os.write(say, pickle.dumps(Reply(reply.status, reply.code, reply.retry_after)))
            os._exit(0)
        if victim:
            victim.pid = pid
        os.write(go, b"!")
        _, status = os.waitpid(pid, 0)
        os.close(say)
        said = os.read(answer, 65536)
        for each in (answer, wait, go):
            os.close(each)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    return pickle.loads(said)


def kill_at_statements(lab: Laboratory, name: str, act: Act) -> None:
    """Before each statement, and after it; at last, with the answer on its way to nobody."""
    number = lab.healthy(name, act).number
    places = [(n, after) for n in range(1, number + 1) for after in (False, True)]
    for n, after in lab.sampled(places):
        case = act.prepare()
        reply = in_a_child(case, At(n, lambda: die(os.getpid()), after))
        lab.judge(
            "killed", f"{name}, {'after' if after else 'before'} statement {n}", act, case, reply
        )


def answer_lost(lab: Laboratory, name: str, act: Act) -> None:
    """It is done, and the client never hears of it."""
    case = act.prepare()
    reply = case.send()
    lab.judge("answer lost", name, act, case, reply)


def kill_at_calls(lab: Laboratory, name: str, act: Act) -> None:
    """When Zoom or the mail server is asked, and when it has done what it was asked."""
    zoom = lab.outside.zoom
    before = len(zoom.requests)
    lab.healthy(name, act)
    asked = {each.operation for each in zoom.requests[before:]}
    for operation in sorted(asked | ({"token"} if asked else set())):
        for after in (False, True):
            victim = Victim()
            case = act.prepare()
            lab.outside.zoom.behave(operation, killing(victim, after), times=1)
            reply = in_a_child(case, None, victim)
            lab.outside.zoom.calm()
            if reply is not None:  # it doesn't call that
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
        lab.judge("killed at a call", f"{name}, {moment} the mail was taken", act, case, reply)


def killing(victim: Victim, after: bool) -> Callable[[Call], None]:
    def mood(call: Call) -> None:
        if after:
            call.zoom.answer(call.recorded)
        victim.die()
        call.close_connection = True

    return mood


@contextmanager
def without_transactions() -> Any:
    """The negative control: each statement stands for itself, so that a kill leaves half an act."""
    kept = Atomic.__enter__, Atomic.__exit__
    Atomic.__enter__ = lambda self: None  # type: ignore[method-assign]
    Atomic.__exit__ = lambda self, *error: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Atomic.__enter__, Atomic.__exit__ = kept  # type: ignore[method-assign]
