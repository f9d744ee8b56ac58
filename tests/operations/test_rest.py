"""How granian's processes end when the server stops."""

from __future__ import annotations

import multiprocessing
import signal
import time

from granian.constants import Interfaces
from granian.server.mp import WorkerProcess

from operations import rest
from operations.rest import Server
from tests.support.waiting import until


def idle(started) -> None:
    started.set()
    time.sleep(60)


def ignore_sigterm(started) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    idle(started)


def stopped(caplog, *, number, work):
    """Stop this number of workers that do `work`; return the log and their exit codes."""
    server = Server(
        "no:application",
        interface=Interfaces.WSGI,
        workers_kill_timeout=rest.GRACE,
        log_dictconfig=rest.LOGGING,
    )
    started = [multiprocessing.Event() for _ in range(number)]
    workers = [WorkerProcess(server, index, work, (each,)) for index, each in enumerate(started)]
    for worker in workers:
        worker.start()
    assert all(each.wait(20) for each in started)
    caplog.clear()
    server.wrks = list(workers)
    server._stop_workers()
    until(lambda: all(worker.inner.exitcode is not None for worker in workers))
    return caplog.messages, {worker.inner.exitcode for worker in workers}


def test_a_worker_that_stops_in_time_is_not_reported_as_killed(caplog):
    for _ in range(10):
        messages, codes = stopped(caplog, number=20, work=idle)

        assert [line for line in messages if "kill" in line.lower()] == []
        assert codes == {-signal.SIGTERM}


def test_a_worker_that_does_not_stop_in_time_is_killed(caplog, monkeypatch):
    monkeypatch.setattr(rest, "GRACE", 0.5)

    messages, codes = stopped(caplog, number=1, work=ignore_sigterm)

    assert messages == ["A worker didn't stop within 0.5 seconds: killing it."]
    assert codes == {-signal.SIGKILL}
