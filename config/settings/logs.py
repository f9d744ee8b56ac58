"""What is logged, and where to."""

import sys
from typing import Any

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Its own handlers would print each line twice, or mail it.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
