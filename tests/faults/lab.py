"""`python -m tests.faults.lab killed,cut --step 7`: try faults on the database in `DATABASE_URL`;
one line of JSON says what came of it."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from typing import Any

import django

FAULTS = {
    "killed": ["kills.kill_at_statements", "kills.kill_at_calls", "kills.answer_lost"],
    "mails": ["kills.kill_at_mails"],
    "cut": ["broken_database.cut", "broken_database.all_cut"],
    "refused": ["broken_database.refuse"],
    "full": ["broken_database.disk_full"],
    "twice": ["twins.at_once_twice"],
    "redis": ["twins.without_redis"],
    "clock": ["twins.with_a_wrong_clock"],
}
# Those that fork need connections without a pool, which has threads.
FORKING = {"killed", "mails", "full"}


def main() -> None:
    options = read_arguments()
    names = options.faults.split(",")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    os.environ |= {"DISABLE_THROTTLING": "1", "DEMO_DATA": "0"}
    if FORKING & set(names):
        os.environ["FAULTS_POOL"] = "0"
    django.setup()
    logging.disable()  # of thousands of faults, all meant
    print(json.dumps(try_out(names, options)))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", help=f"Some of {', '.join(FAULTS)}, with commas between.")
    parser.add_argument("--step", type=int, default=1, help="Of all places try each n-th.")
    parser.add_argument("--acts", default="", help="Only these, with commas between.")
    parser.add_argument(
        "--torn", default="", help="At last kill these without transactions: must show problems."
    )
    return parser.parse_args()


def try_out(names: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """What came of it: trials and answers of 503 by fault, problems (also of the torn), seconds."""
    # Once Django is set up; those that aren't used here fill the table of acts.
    from tests.faults import (  # noqa: PLC0415
        acts_of_clock,  # noqa: F401
        acts_on_accounts,  # noqa: F401
        acts_on_friendships,  # noqa: F401
        acts_on_materials,  # noqa: F401
        acts_on_one_on_ones,  # noqa: F401
        acts_on_sessions,  # noqa: F401
        broken_database,
        kills,
        twins,
    )
    from tests.faults.laboratory import Laboratory  # noqa: PLC0415  # as above
    from tests.faults.site import outside  # noqa: PLC0415  # as above

    began = time.monotonic()
    rooms = {"kills": kills, "broken_database": broken_database, "twins": twins}
    with outside() as site:
        lab = Laboratory(site, options.step, listed(options.acts))
        for name in names:
            for fault in FAULTS[name]:
                room, function = fault.split(".")
                for act_name, act in lab.acts():
                    if name != "mails" or act_name == "send_mails":
                        getattr(rooms[room], function)(lab, act_name, act)
        lab.settle()
        torn = Laboratory(site, options.step, listed(options.torn))
        if torn.chosen:
            with kills.without_transactions():
                for act_name, act in torn.acts():
                    kills.kill_at_statements(torn, act_name, act)
    return {
        "trials": lab.trials,
        "regrets": lab.regrets,
        "problems": lab.problems,
        "torn": torn.problems,
        "seconds": round(time.monotonic() - began, 1),
    }


def listed(names: str) -> tuple[str, ...]:
    return tuple(filter(None, names.split(",")))


if __name__ == "__main__":
    sys.exit(main())
