"""Checks of `Origin` and `Host` for WebSockets, which Django doesn't check (contract C9).

CORS uses the same lists of origins.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest


def is_foreign(origin: str, host: str) -> bool:
    """Whether a page is neither this server's own nor of an allowed origin.

    Args:
        origin: the header `Origin`; "" if there is none, which means that it is no browser.
        host: the header `Host`.
    """
    return not (
        not origin
        or origin in settings.CORS_ALLOWED_ORIGINS
        or any(re.match(each, origin) for each in settings.CORS_ALLOWED_ORIGIN_REGEXES)
        or is_own(origin, host)
    )


def is_own(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def is_known(host: str) -> bool:
    """Whether this is an allowed name of this server (`ALLOWED_HOSTS`).

    Args:
        host: the header `Host`; "" if there is none.
    """
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
