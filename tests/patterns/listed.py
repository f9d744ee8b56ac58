"""All regular expressions of the product by their places, with the method that uses each."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from importlib import import_module
from inspect import getsource
from typing import Any

from django.conf import settings

from accounts import erasure as accounts_erasure
from core.db.sqlite import compiled
from notifications import erasure as notifications_erasure
from tests.patterns.finding import FUNCTIONS, has_pattern

# The method that uses each; those that are passed to Django are searched.
LISTED = {
    "accounts.erasure.any_word": "sub",
    "accounts.models.people.username_validator": "search",
    "accounts.tokens.ID": "fullmatch",
    "accounts.tokens.TOKEN_ID": "fullmatch",
    "mail.defang.ADDRESSES": "sub",
    "mail.defang.BLANK": "sub",
    "mail.defang.DOMAIN": "sub",
    "mail.defang.INVISIBLE": "sub",
    "mail.defang.MAILBOX": "sub",
    "core.api.idempotency.KEY": "fullmatch",
    "core.observability.logs.SANE_ID": "fullmatch",
    "core.http.origins.is_foreign": "match",
    "core.observability.redaction.SECRETS": "sub",
    "core.observability.redaction.is_secret": "search",
    "core.db.sqlite.compiled": "search",
    "core.observability.staff_log.WHOM": "match",
    "materials.file_validation.ACTIVE": "match",
    "materials.file_validation.CONTROL": "search",
    "materials.file_validation.NO_CONTENT": "fullmatch",
    "notifications.erasure.reworded": "fullmatch",
    "operations.privacy.__init__.find_person": "fullmatch",
    "operations.serving.LONG_BLANK": "search",
    "zoom.client.meetings.MARKED": "match",
    "zoom.client.meetings.is_address": "fullmatch",
    "zoom.client.meetings.read_id": "fullmatch",
}
# The patterns of addresses are tested with all addresses (`finding.routes`).
ADDRESSES = {"config.urls.urlpatterns"}
# The ambiguous patterns, with the largest number of characters of their texts.
BOUNDED = {
    # "… {person} … {material} …": a notification's text with two names and a title.
    "notifications.erasure.reworded": 700,
}
# Patterns that are built at run time.
COMPUTED: dict[str, Callable[[], Iterable[Any]]] = {
    "accounts.erasure.any_word": lambda: [
        accounts_erasure.any_word({"Ann Lee", "ann.lee@example.org", "- - -"}, re.IGNORECASE)
    ],
    "core.http.origins.is_foreign": lambda: settings.CORS_ALLOWED_ORIGIN_REGEXES,
    "core.db.sqlite.compiled": lambda: [method.__self__ for method in (
        compiled("%ab%", "\\"), compiled("%aaaab%", "\\"),
    )],
    "notifications.erasure.reworded": lambda: [
        re.compile(notifications_erasure.pattern_of(text), re.DOTALL)
        for event in notifications_erasure.NAMING.values()
        for text in (event.title, event.message)
    ],
}  # fmt: skip


def patterns_at(site: str) -> list[re.Pattern[str]]:
    """Return the regular expressions at a listed place."""
    module_name, name = site.rsplit(".", 1)
    module = import_module(module_name.removesuffix(".__init__"))
    if site in COMPUTED:
        found = list(COMPUTED[site]())
    elif callable(value := getattr(module, name)) and not hasattr(value, "regex"):
        calls = [
            node for node in ast.walk(ast.parse(getsource(value))) if isinstance(node, ast.Call)
        ]
        found = [written_in(node, vars(module)) for node in calls if has_pattern(node.func)]
    else:
        value = getattr(value, "regex", value)
        found = [each[0] for each in value] if isinstance(value, list) else [value]
    return [re.compile(each) for each in found]


def written_in(call: ast.Call, names: dict[str, Any]) -> re.Pattern[str]:
    """Return the regular expression of a call such as `re.search(NAMES, text, re.IGNORECASE)`."""
    pattern, *others = [ast.unparse(each) for each in call.args]
    flags = [eval(each, names) for each in others if each.startswith("re.")]
    return re.compile(eval(pattern, names), *flags)


def using(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    """Return a function that applies the pattern to a text by this method."""
    if method in {"sub", "subn"}:
        return lambda text: pattern.sub("", text)
    if method == "finditer":
        return lambda text: list(pattern.finditer(text))
    assert method in FUNCTIONS, method
    use: Callable[[str], object] = getattr(pattern, method)
    return use
