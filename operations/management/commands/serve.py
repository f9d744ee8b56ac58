import os
import signal
import socket
import sys
import tempfile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from operations.prestart import collect_static_files, prepare_database
from operations.supervision import supervise


class Command(BaseCommand):
    help = "Migrates, then serves REST, and live push if REDIS_URL is set, until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        # By default, the first process of a container ignores SIGTERM.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self.check_ports()
        prepare_database()
        collect_static_files()
        self.stdout.write(self.welcome())
        self.stdout.flush()
        # The folder in which the processes combine their metrics.
        with tempfile.TemporaryDirectory(prefix="figures-") as figures:
            environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": figures}
            sys.exit(supervise(self.parts(), environment))

    def parts(self) -> dict[str, list[str]]:
        """Return the commands that run in parallel, by name."""
        names = ["rest"]
        if settings.REDIS_URL:
            names.append("push")
        elif settings.EMBEDDED_SCHEDULER:
            names.append("scheduler")
        return {name: [sys.executable, sys.argv[0], name] for name in names}

    def check_ports(self) -> None:
        """Check that the ports are free and differ: otherwise two servers of the same user could
        share a port, and each would get half of the requests.

        Raises:
            CommandError: if a port is taken, or if both are the same.
        """
        ports = [settings.PORT, *([settings.PUSH_PORT] if settings.REDIS_URL else [])]
        if len(set(ports)) < len(ports):
            raise CommandError("PUSH_PORT and PORT must differ: each has a server of its own.")
        for port in ports:
            try:
                socket.create_server((settings.HOST, port)).close()
            except OSError as error:
                raise CommandError(f"Port {port} can't be listened on: {error}") from None

    def welcome(self) -> str:
        base = f"http://localhost:{settings.PORT}"
        lines = [
            "",
            f"  REST         {base}/api/",
            f"  API docs     {base}/api/docs/",
            f"  Admin        {base}/admin/",
        ]
        if settings.REDIS_URL:
            lines.append(f"  Live push    ws://localhost:{settings.PUSH_PORT}/ws/")
        else:
            lines += [
                "  Live push    none: /ws/ needs REDIS_URL; everything else works without it",
                "  Limits       counted by each process for itself, since REDIS_URL is not set",
            ]
        if settings.DEBUG:
            lines.append("  DEBUG is on: for this machine only. In production set DEBUG=0.")
        return "\n".join([*lines, "", "  SIGTERM or Ctrl-C stops the server.", ""])
