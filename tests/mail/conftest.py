"""What the tests of mails share with those of accounts."""

from tests.accounts.conftest import reader, server, waiting

__all__ = ["reader", "server", "waiting"]
