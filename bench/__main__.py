"""`python -m bench data|run|scale|soak`: see `bench/README.md`."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from bench import plot, report, scale, soak
from bench.cases import CASES
from bench.checkouts import checked_out
from bench.comparing import Effort, benched, compare
from bench.data import counterpart, template
from bench.databases import DEFAULT_URL, Databases, name_of, read_size
from bench.servers import NAMES

PROCESSES = os.cpu_count() or 1
ROUNDS = 5
ROUNDS_AGAINST = 10


def databases(text: str) -> Databases:
    if urlsplit(text).scheme not in {"postgres", "postgresql"} or not name_of(text):
        raise argparse.ArgumentTypeError(
            "The URL must be of a PostgreSQL, like postgres://localhost/bench."
        )
    return Databases(text)


def size(text: str) -> int:
    try:
        return read_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def sizes(text: str) -> list[int]:
    return sorted({size(each) for each in text.split(",")})


def positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError("The number must be greater than 0.")
    return number


def whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("The number must be 1 or greater.")
    return number


def one_of(known: list[str]) -> Callable[[str], list[str]]:
    """Return a function that reads names separated by commas."""

    def read(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of: {', '.join(known)}.")
        return names

    return read


def parser() -> argparse.ArgumentParser:
    parsed = argparse.ArgumentParser(prog="python -m bench", description="The load benchmark.")
    parsed.add_argument(
        "--database",
        type=databases,
        default=os.environ.get("DATABASE_URL") or DEFAULT_URL,
        metavar="URL",
        help="a PostgreSQL on this machine; new databases get this name as a prefix",
    )
    commands = parsed.add_subparsers(required=True, dest="command")
    data = commands.add_parser("data", help="fill a database that later runs copy")
    data.add_argument("--size", type=size, default=1_000, help="number of sessions: 1k, 200k, 1m")
    data.set_defaults(function=fill_data)
    run = commands.add_parser("run", help="compare servers")
    run.add_argument("--cases", type=one_of(list(CASES)), default=list(CASES))
    compared = run.add_mutually_exclusive_group()
    compared.add_argument("--servers", type=one_of(list(NAMES)), default=list(NAMES))
    compared.add_argument(
        "--against", metavar="REF", help="compare with the product at this git reference instead"
    )
    run.add_argument("--size", type=size, default=1_000)
    run.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
    add_effort(run, seconds=5)
    run.set_defaults(function=run_cases)
    growth = commands.add_parser("scale", help="measure the product at several sizes")
    growth.add_argument("--sizes", type=sizes, default=sizes("1k,10k,200k,1m"))
    growth.add_argument("--svg", type=Path, metavar="FILE", help="draw the curves to this file")
    add_effort(growth, seconds=2, rounds=3, connections=1)
    growth.set_defaults(function=measure_growth)
    endurance = commands.add_parser(
        "soak", help="load the product for some minutes and measure its memory"
    )
    endurance.add_argument("--minutes", type=positive, default=10)
    endurance.add_argument("--size", type=size, default=1_000)
    add_effort(endurance)
    endurance.set_defaults(function=load_long)
    return parsed


def add_effort(
    command: argparse.ArgumentParser,
    *,
    seconds: float | None = None,
    rounds: int | None = None,
    connections: int = 16,
) -> None:
    """Add the options of how much to measure; seconds and rounds only if there are default
    seconds."""
    if seconds:
        command.add_argument("--seconds", type=positive, default=seconds, help="per round")
        command.add_argument("--rounds", type=whole, default=rounds)
    else:
        command.set_defaults(seconds=0.0, rounds=0)
    command.add_argument(
        "--connections", type=whole, default=connections, help="concurrent connections"
    )
    command.add_argument("--processes", type=whole, default=PROCESSES, help="per server")


def effort(options: argparse.Namespace) -> Effort:
    return Effort(options.seconds, options.rounds, options.connections, options.processes)


def fill_data(options: argparse.Namespace) -> None:
    print(template(options.database, options.size))


def run_cases(options: argparse.Namespace) -> None:
    filled = template(options.database, options.size)
    options.rounds = options.rounds or (ROUNDS_AGAINST if options.against else ROUNDS)
    measured = partial(
        compare, options.database, filled, cases=options.cases, effort=effort(options)
    )
    if options.against:
        with checked_out(options.against) as other:
            own = counterpart(filled, options.size, other)
            results = measured(["product"], others=[(other, own)])
        print(report.table_against(results, other.name))
    else:
        results = measured(options.servers)
        print(report.table(results))
    if options.json:
        figures = report.as_json(results, effort(options), options.size)
        options.json.write_text(json.dumps(figures, indent=1))


def measure_growth(options: argparse.Namespace) -> None:
    curves = scale.measure(options.database, options.sizes, effort(options))
    print(scale.table(curves))
    if options.svg:
        options.svg.write_text(plot.draw(curves, "Time to answer against the number of sessions"))


def load_long(options: argparse.Namespace) -> None:
    filled = template(options.database, options.size)
    with (
        options.database.copy(filled) as url,
        benched(url, ["product"], processes=options.processes) as bench,
    ):
        print(soak.summary(soak.soak(bench, effort(options), minutes=options.minutes)))


def main() -> None:
    options = parser().parse_args()
    # As with Ctrl-C: stop the servers and drop the copy of the database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options.function(options)


if __name__ == "__main__":
    main()
