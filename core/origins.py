"""Which pages in a browser may talk to this server (contract C9); CORS has the same lists. And by
which names, for what isn't a request of Django's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest


def is_foreign(origin: str, host: str) -> bool:
    """Is it a page that is neither this server's own nor on an allowed origin?

    Args:
        origin: the header `Origin`; "" if there is none, as no browser would leave it out.
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
    """Is this server called so, going by `ALLOWED_HOSTS`?

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
