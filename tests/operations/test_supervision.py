"""A process that starts others, and ends with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.support.processes import are_gone
from tests.support.server import ROOT
from tests.support.waiting import until

PATIENT = "import signal, time; signal.signal(15, lambda *_: exit(time.sleep(.3))); "
SUPERVISOR = """
import os, sys
from operations.supervision import supervise
part = [sys.executable, "-c", sys.argv[1] + "print(os.getpid(), flush=True); time.sleep(60)"]
sys.exit(supervise({"patient": part}, os.environ))
"""


@pytest.fixture
def supervised():
    """A supervisor, and the process id of its only part, which takes a moment to finish."""
    command = [sys.executable, "-c", SUPERVISOR, f"import os; {PATIENT}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, process_group=0) as process:
        yield process, int(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_each_part_may_finish_its_work(supervised, number):
    process, pid = supervised

    process.send_signal(number)

    assert process.wait(timeout=20) == 0
    assert are_gone([pid])


def test_ctrl_c_which_a_terminal_sends_to_all_processes_ends_the_parts_gracefully(supervised):
    process, pid = supervised

    os.killpg(process.pid, signal.SIGINT)

    assert process.wait(timeout=20) == 0
    assert are_gone([pid])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children")
def test_a_supervisor_that_is_killed_leaves_no_part_running(supervised):
    process, pid = supervised

    process.kill()

    until(lambda: are_gone([pid]))
