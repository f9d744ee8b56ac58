"""The proxy of compose.yaml, run by this machine's nginx, with other addresses and folders."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.name_server import NameServer
from tests.support.server import ROOT, free_port

BINARY = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
START_SECONDS = 10


def self_signed(folder: Path) -> None:
    """Create a folder with a certificate for this machine, and its key."""
    folder.mkdir()
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    files = "-addext subjectAltName=IP:127.0.0.1 -keyout privkey.pem -out fullchain.pem"
    subprocess.run(f"{command} {files}".split(), cwd=folder, check=True, capture_output=True)


def in_turns(*ports: int) -> dict[str, str]:
    """What to replace so that nginx leads to these servers in turns, as to a name's addresses."""
    listed = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
    return {
        "include http.conf;": f"include http.conf; upstream servers {{ {listed} }}",
        "proxy_pass http://$rest;": "proxy_pass http://servers;",
    }


@dataclass
class Nginx:
    """`with Nginx(folder, "plain.conf", rest=8000, push=8001, media=folder) as proxy:`

    Attributes:
        folder: the folder for its configuration, logs and temporary files.
        main: the main configuration file in proxy/.
        rest, push: the ports of the upstream servers, at the addresses in `names`.
        media: the folder of private files.
        port, tls_port: the ports on which it listens.
        replaced: further replacements in the files, as a dict of old and new text.
    """

    folder: Path
    main: str
    rest: int
    push: int
    media: Path
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)
    names: NameServer = field(default_factory=NameServer)
    replaced: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        return (self.folder / "access.log").read_text()

    @property
    def substitutions(self) -> dict[str, str]:
        return {
            "/tmp/": f"{self.folder}/",
            "web:8000": f"web:{self.rest}",
            "web:8001": f"web:{self.push}",
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "listen 8443": f"listen 127.0.0.1:{self.tls_port}",
            "listen 127.0.0.1:8090": f"listen 127.0.0.1:{self.health_port}",
            "resolver 127.0.0.11 valid=5s": f"resolver 127.0.0.1:{self.names.port} valid=1s",
            "worker_processes auto": "worker_processes 1",
            "/dev/stdout": f"{self.folder}/access.log",
            "alias /media/": f"alias {self.media}/",
            **self.replaced,
        }

    def configure(self) -> Path:
        for file in (ROOT / "proxy").glob("*.conf"):
            text = file.read_text()
            for old, new in self.substitutions.items():
                text = text.replace(old, new)
            (self.folder / file.name).write_text(text)
        return self.folder / self.main

    def __enter__(self) -> Self:
        # As root it would switch to a user who can't read the tests' folders.
        options = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        command = [BINARY or "nginx", "-c", str(self.configure()), "-g", options]
        self.errors = (self.folder / "errors.log").open("w")
        self.process = subprocess.Popen(command, stderr=self.errors)
        self.wait_until_listening()
        return self

    def wait_until_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except ConnectionError:
                time.sleep(0.02)  # before the next try
            else:
                return
        self.stop()
        raise RuntimeError(f"nginx did not start:\n{(self.folder / 'errors.log').read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self.errors.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
