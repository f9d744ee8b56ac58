"""`python -m bench data|run|scale|soak`: see `bench/README.md`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench import report
from bench.cases import CASES
from bench.comparing import Effort, compare
from bench.data import fill, template
from bench.databases import DEFAULT_URL, Databases, read_size, size_name
from bench.servers import NAMES

PROCESSES = os.cpu_count() or 1


def size(text: str) -> int:
    try:
        return read_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def one_of(known: list[str]) -> Callable[[str], list[str]]:
    """Reads names separated by commas."""

    def read(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of: {', '.join(known)}.")
        return names

    return read


def parser() -> argparse.ArgumentParser:
    parsed = argparse.ArgumentParser(prog="python -m bench", description="The load benchmark.")
    parsed.add_argument(
        "--database",
        type=Databases,
        default=Databases(os.environ.get("DATABASE_URL") or DEFAULT_URL),
        metavar="URL",
        help="a PostgreSQL on this machine; databases whose names begin like this one's are made",
    )
    commands = parsed.add_subparsers(required=True, dest="command")
    data = commands.add_parser("data", help="fill a database, which later runs copy")
    data.add_argument("--size", type=size, default=1_000, help="sessions: 1k, 200k, 1m")
    data.set_defaults(act=fill_data)
    run = commands.add_parser("run", help="measure servers against each other")
    run.add_argument("--cases", type=one_of(list(CASES)), default=list(CASES))
    run.add_argument("--servers", type=one_of(list(NAMES)), default=list(NAMES))
    run.add_argument("--size", type=size, default=1_000)
    run.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    add_effort(run, seconds=5, rounds=5)
    run.set_defaults(act=run_cases)
    return parsed


def add_effort(command: argparse.ArgumentParser, *, seconds: float, rounds: int) -> None:
    command.add_argument("--seconds", type=float, default=seconds, help="of each round")
    command.add_argument("--rounds", type=int, default=rounds)
    command.add_argument("--connections", type=int, default=16, help="at once")
    command.add_argument("--processes", type=int, default=PROCESSES, help="of each server")


def effort(options: argparse.Namespace) -> Effort:
    return Effort(options.seconds, options.rounds, options.connections, options.processes)


def fill_data(options: argparse.Namespace) -> None:
    print(template(options.database, options.size))


def run_cases(options: argparse.Namespace) -> None:
    filled = template(options.database, options.size)
    with options.database.copy(filled) as url:
        results = compare(url, options.servers, options.cases, effort(options))
    print(report.table(results))
    if options.json:
        figures = report.as_json(results, effort(options), options.size)
        options.json.write_text(json.dumps(figures, indent=1))


def main() -> None:
    options = parser().parse_args()
    options.act(options)


if __name__ == "__main__":
    main()
