"""What the tests of mails share with those of accounts."""

from tests.accounts.conftest import queue_mail, reader, server

__all__ = ["queue_mail", "reader", "server"]
