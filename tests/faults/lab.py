"""`python -m tests.faults.lab killed,cut --step 7` tries faults on the database in `DATABASE_URL`
and prints the results as one line of JSON."""

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
    "twice": ["conditions.at_once_twice"],
    "redis": ["conditions.without_redis"],
    "clock": ["conditions.with_a_wrong_clock"],
}
# Faults that fork processes need connections without a pool, which has threads.
FORKING = {"killed", "mails", "full"}


def main() -> None:
    options = read_arguments()
    names = options.faults.split(",")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    os.environ |= {"DISABLE_THROTTLING": "1", "DEMO_DATA": "0"}
    if FORKING & set(names):
        os.environ["FAULTS_POOL"] = "0"
    django.setup()
    logging.disable()  # thousands of faults are expected
    print(json.dumps(try_out(names, options)))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", help=f"Some of {', '.join(FAULTS)}, separated by commas.")
    parser.add_argument("--step", type=int, default=1, help="Try only every n-th place.")
    parser.add_argument("--acts", default="", help="Try only these acts, separated by commas.")
    parser.add_argument(
        "--control",
        default="",
        help="Acts to kill without transactions at the end, which must show problems.",
    )
    return parser.parse_args()


def try_out(names: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Return the results: trials and 503s by fault, problems (also of the control), seconds."""
    # These imports need Django's set-up. The unused modules fill the table of acts.
    from tests.faults import (  # noqa: PLC0415
        acts_of_jobs,  # noqa: F401
        acts_on_accounts,  # noqa: F401
        acts_on_friendships,  # noqa: F401
        acts_on_materials,  # noqa: F401
        acts_on_one_on_ones,  # noqa: F401
        acts_on_sessions,  # noqa: F401
        broken_database,
        conditions,
        kills,
    )
    from tests.faults.laboratory import Laboratory  # noqa: PLC0415  # as above
    from tests.faults.site import outside  # noqa: PLC0415  # as above

    began = time.monotonic()
    modules = {"kills": kills, "broken_database": broken_database, "conditions": conditions}
    with outside() as site:
        lab = Laboratory(site, options.step, listed(options.acts))
        for name in names:
            for fault in FAULTS[name]:
                module, function = fault.split(".")
                for act_name, act in lab.acts():
                    if name != "mails" or act_name == "send_mails":
                        getattr(modules[module], function)(lab, act_name, act)
        lab.settle()
        control = Laboratory(site, options.step, listed(options.control))
        if control.chosen:
            with kills.without_transactions():
                for act_name, act in control.acts():
                    kills.kill_at_statements(control, act_name, act)
    return {
        "trials": lab.trials,
        "unavailable": lab.unavailable,
        "problems": lab.problems,
        "control": control.problems,
        "seconds": round(time.monotonic() - began, 1),
    }


def listed(names: str) -> tuple[str, ...]:
    return tuple(filter(None, names.split(",")))


if __name__ == "__main__":
    sys.exit(main())
