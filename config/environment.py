"""Reading the environment: a value that can't be read stops the start with a sentence."""

from typing import Any, NoReturn

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):
    """django-environ, but without a stack trace for what is a typing mistake."""

    def get_value(self, var: str, cast: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, cast, *args, **kwargs)
        except (ValueError, ImproperlyConfigured) as error:
            stop(f"The environment variable {var} can't be read: {error}.")


def stop(sentence: str) -> NoReturn:
    """End the process before it serves anything, with a sentence instead of a stack trace."""
    raise SystemExit(sentence)
