"""Texts of strangers in a mail, in which no mail program finds a link.

A link in a mail from this site would be believed, and programs make links of more than addresses
with `https://`: of `www.`, of bare domains and of e-mail addresses.
"""

from __future__ import annotations

import re

REMOVED = "[link removed]"
# They are not seen, and hide a domain from us that a program puts together again.
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# A scheme is read from its first character on and never again, so that this takes linear time.
ADDRESSES = re.compile(
    r"(?<![a-z0-9+.-])[a-z0-9+.-]*+://\S*"
    r"|(?<![a-z0-9])(?:mailto|tel|sms|callto|skype|facetime|javascript|data|file):\S+"
    r"|(?<![a-z0-9])www\.\S+"
    r"|\\\\\S+",
    re.IGNORECASE,
)
# A dot between a word and two letters makes a domain of them; so do the dots of other scripts.
DOMAIN = re.compile(r"(?<=[^\s.])([.\u3002\uff0e\uff61])(?=[^\W\d_]{2})")
MAILBOX = re.compile(r"(?<=\w)[@\uff20](?=\w)")
BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def defang(text: str) -> str:
    """The text without its links: addresses are replaced by a word, and domains get a blank that
    leaves them readable (`example. com`)."""
    text = ADDRESSES.sub(REMOVED, INVISIBLE.sub("", text))
    return DOMAIN.sub(r"\1 ", MAILBOX.sub(" at ", text))


def one_line(text: str) -> str:
    """The text on one line and without control characters."""
    return BLANK.sub(" ", text).strip()
