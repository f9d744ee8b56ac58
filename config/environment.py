"""Reading environment variables: an invalid value stops the start with an error message."""

from __future__ import annotations

import builtins
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment(environ.Env):
    """django-environ, but strict, and without a stack trace for a typing mistake.

    An empty variable counts as not set.
    """

    def get_value(self, var: str, cast: Any = None, default: Any = "", **options: Any) -> Any:
        value = self.ENVIRON.get(var, "").strip()
        if not value:
            return default
        if cast is bool:
            return self.read_flag(var, value)
        with readable(var):
            return super().get_value(var, cast, default, **options)

    def read_flag(self, var: str, value: str) -> bool:
        if value.lower() not in YES | NO:
            stop(f"The environment variable {var} can't be read: use 1 or 0.")
        return value.lower() in YES

    def int(self, var: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
        text: str = self.get_value(var, str, default=str(default)).strip()
        number = text.removeprefix("-")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            stop(f"The environment variable {var} can't be read: use a whole number.")
        if not least <= builtins.int(text) <= most:
            stop(f"The environment variable {var} must be from {least} to {most}.")
        return builtins.int(text)

    def minutes(self, var: str, default: list[builtins.int]) -> list[builtins.int]:
        """Read whole numbers of minutes, separated by commas."""
        texts = [text.strip() for text in self.get_value(var, str, default="").split(",")]
        if texts == [""]:
            return default
        if not all(text.isascii() and text.isdigit() and 0 < len(text) < 7 for text in texts):
            stop(f"The environment variable {var} can't be read: use minutes, like 1440,60.")
        return [builtins.int(text) for text in texts]

    def percentages(self, var: str, default: list[builtins.int]) -> list[builtins.int]:
        """Read whole numbers from 1 to 100, separated by commas."""
        texts = [text.strip() for text in self.get_value(var, str, default="").split(",")]
        if texts == [""]:
            return default
        allowed = {str(number): number for number in range(1, 101)}
        if not allowed.keys() >= set(texts):
            stop(f"The environment variable {var} can't be read: use percentages, like 80,95.")
        return [allowed[text] for text in texts]

    def db(self, var: str, default: str) -> dict[str, Any]:
        with readable(var), warnings.catch_warnings(action="ignore"):
            config: dict[str, Any] = super().db(var, default)
        if not str(config.get("ENGINE")).endswith((".sqlite3", ".postgresql")):
            stop(
                f"The environment variable {var} can't be read: use sqlite:///… or postgresql://…."
            )
        return config

    def email(self, var: str, default: str) -> dict[str, Any]:
        with readable(var):
            config: dict[str, Any] = super().email(var, default)
        return config


BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")


def rename_variable(old: str, new: str) -> None:
    """Accept a variable's former name for one more release, with a warning."""
    if old in os.environ:
        os.environ.setdefault(new, os.environ[old])
        sys.stderr.write(f"{old} was renamed to {new}; the next release won't read the old name.\n")


def cloudinary_account(url: str, **account: str) -> dict[str, str]:
    """Return the account of a `CLOUDINARY_URL`, or the given account if the URL is empty."""
    if not url:
        return account
    with readable("CLOUDINARY_URL"):
        parts = urlsplit(url)
        if parts.scheme != "cloudinary" or not parts.hostname:
            raise ValueError("use cloudinary://key:secret@cloud")
        named = {
            "cloud_name": parts.hostname,
            "api_key": unquote(parts.username or ""),
            "api_secret": unquote(parts.password or ""),
        }
        prefix = parse_qs(parts.query).get("upload_prefix")
        return named | ({"upload_prefix": prefix[0].rstrip("/")} if prefix else {})


@contextmanager
def readable(var: str) -> Iterator[None]:
    """Stop the start if the block can't read this variable."""
    try:
        yield
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        stop(f"The environment variable {var} can't be read: {error}.")


def stop(sentence: str) -> NoReturn:
    """End the process before it serves requests, with a message instead of a stack trace."""
    raise SystemExit(sentence)
