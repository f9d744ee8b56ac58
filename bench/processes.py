"""Processor time and memory of processes, from Linux's `/proc`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg

from bench.databases import name_of

PROC = Path("/proc")
MS_PER_TICK = 1000 / os.sysconf("SC_CLK_TCK")
# Indexes of fields in /proc/<pid>/stat, counted after the name.
PARENT, USER, SYSTEM = 1, 11, 12


def stat(pid: int) -> list[str]:
    """Return the fields after the name, which may contain blanks; none if the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def tree(root: int) -> list[int]:
    """Return the process and all its descendants."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (fields := stat(int(folder.name))):
            children.setdefault(int(fields[PARENT]), []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def processor_ms(pids: Iterable[int]) -> dict[int, float]:
    """Return the processor time of each process so far, in milliseconds."""
    fields = {pid: stat(pid) for pid in pids}
    return {
        pid: (int(each[USER]) + int(each[SYSTEM])) * MS_PER_TICK
        for pid, each in fields.items()
        if each
    }


def used_since(before: dict[int, float], after: dict[int, float]) -> float:
    """Return the milliseconds used by all processes that still exist."""
    return sum(now - before.get(pid, 0) for pid, now in after.items())


def memory_mb(pids: Iterable[int]) -> tuple[float, float]:
    """Return (resident, proportional) memory; the second counts shared pages once."""
    resident = proportional = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        sizes = {name: int(rest.split()[0]) for name, _, rest in (x.partition(":") for x in lines)}
        resident += sizes["Rss"]
        proportional += sizes["Pss"]
    return resident / 1024, proportional / 1024


def check_same_machine(connection: psycopg.Connection[Any]) -> None:
    """Check that PostgreSQL runs on this machine.

    Raises:
        RuntimeError: its processor time can't be measured from here.
    """
    pid = connection.info.backend_pid
    if not stat(pid) or (PROC / str(pid) / "comm").read_text().strip() != "postgres":
        raise RuntimeError("PostgreSQL must run on this machine: its processor time is measured.")


def backends(connection: psycopg.Connection[Any], url: str) -> list[int]:
    """Return PostgreSQL's processes that serve this database's clients, without our own."""
    rows = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        " AND pid <> pg_backend_pid()",
        [name_of(url)],
    )
    return [pid for (pid,) in rows]
