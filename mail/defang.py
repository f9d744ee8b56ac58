"""Removes links from texts by strangers before they are mailed.

People would trust a link in a mail from this site, and mail programs also turn `www.`, bare domains
and e-mail addresses into links.
"""

from __future__ import annotations

import re

REMOVED = "[link removed]"
# Invisible characters: they could hide a domain from us that a mail program still recognises.
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# A scheme matches from its first character only, so that this takes linear time.
ADDRESSES = re.compile(
    r"(?<![a-z0-9+.-])[a-z0-9+.-]*+://\S*"
    r"|(?<![a-z0-9])(?:mailto|tel|sms|callto|skype|facetime|javascript|data|file):\S+"
    r"|(?<![a-z0-9])www\.\S+"
    r"|\\\\\S+",
    re.IGNORECASE,
)
# A dot between a word and two letters makes a domain; so do the dots of other scripts.
DOMAIN = re.compile(r"(?<=[^\s.])([.\u3002\uff0e\uff61])(?=[^\W\d_]{2})")
MAILBOX = re.compile(r"(?<=\w)[@\uff20](?=\w)")
BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def defang(text: str) -> str:
    """Return the text without links: addresses are replaced by `REMOVED`, and domains get a space
    that leaves them readable (`example. com`)."""
    text = ADDRESSES.sub(REMOVED, INVISIBLE.sub("", text))
    return DOMAIN.sub(r"\1 ", MAILBOX.sub(" at ", text))


def one_line(text: str) -> str:
    """Return the text on one line, without control characters."""
    return BLANK.sub(" ", text).strip()
