"""`python -m proof.mutants --sample 300 --seed 8` prints the score and the survivors."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

from proof.mutants.hunt import Hunt, Result
from proof.mutants.making import sample
from proof.mutants.memory import Memory
from proof.mutants.scope import ROOT, TESTS

PYTEST = ["-p", "no:cacheprovider", "-p", "no:xdist", "-s", *TESTS]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proof.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="number of mutants")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--at-once", type=int, default=2, help="number of parallel processes")
    parser.add_argument("--least", type=float, default=85, help="lowest score to pass, in per cent")
    parser.add_argument("--only", default="", help="use only mutants in paths with this text")
    parser.add_argument(
        "--kept",
        type=Path,
        default=ROOT / ".mutants",
        help="folder of results: a stopped run can continue, and survivors are tried again",
    )
    args = parser.parse_args()
    mutants = [each for each in sample(args.sample, args.seed) if args.only in each.path]
    print(f"{len(mutants)} mutants, seed {args.seed}", flush=True)
    os.environ.pop("DATABASE_URL", None)  # use SQLite in memory, so that each fork has its own
    hunt = Hunt(mutants, Memory(args.kept), args.at_once)
    pytest.main(PYTEST, plugins=[hunt])
    return report(hunt.results, args.least)


def report(results: list[Result], least: float) -> int:
    """Print the survivors and the score, and return the exit code."""
    survivors = [each for each in results if not each.killer]
    for each in survivors:
        print(f"\n{each.mutant.path}:{each.mutant.lines[0]}\n{each.mutant.difference()}")
    score = 100 * (1 - len(survivors) / len(results))
    print(f"\n{len(results)} mutants, {len(survivors)} survived: score {score:.1f} %")
    return 0 if score >= least else 1


if __name__ == "__main__":
    sys.exit(main())
