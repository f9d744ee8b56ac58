"""granian's processes: how they end when the server is told to stop."""

from __future__ import annotations

import multiprocessing
import signal
import time

from granian.constants import Interfaces
from granian.server.mp import WorkerProcess

from operations import rest
from operations.rest import Server
from tests.waiting import until


def idle(begun) -> None:
    begun.set()
    time.sleep(60)


def ignore_sigterm(begun) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    idle(begun)


def stopped(caplog, *, number, work):
    """What is logged while so many workers are stopped that do this, and how they have ended."""
    server = Server(
        "no:application",
        interface=Interfaces.WSGI,
        workers_kill_timeout=rest.GRACE,
        log_dictconfig=rest.LOGGING,
    )
    begun = [multiprocessing.Event() for _ in range(number)]
    workers = [WorkerProcess(server, index, work, (each,)) for index, each in enumerate(begun)]
    for worker in workers:
        worker.start()
    assert all(each.wait(20) for each in begun)
    caplog.clear()
    server.wrks = list(workers)
    server._stop_workers()
    until(lambda: all(worker.inner.exitcode is not None for worker in workers))
    return caplog.messages, {worker.inner.exitcode for worker in workers}


def test_no_worker_that_ends_is_called_one_that_would_not(caplog):
    for _ in range(10):
        told, codes = stopped(caplog, number=20, work=idle)

        assert [line for line in told if "kill" in line.lower()] == []
        assert codes == {-signal.SIGTERM}


def test_a_worker_that_does_not_end_is_killed_when_its_time_is_over(caplog, monkeypatch):
    monkeypatch.setattr(rest, "GRACE", 0.5)

    told, codes = stopped(caplog, number=1, work=ignore_sigterm)

    assert told == ["A worker didn't stop within 0.5 seconds: killing it."]
    assert codes == {-signal.SIGKILL}
