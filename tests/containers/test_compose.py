"""compose.yaml, the Dockerfile, the proxy and the settings agree with each other."""

from __future__ import annotations

import re
import stat
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from containers import production_env
from operations import rest, supervision
from tests.config.test_settings_table import settings_read
from tests.support.dockerfile import admitted, instructions
from tests.support.server import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
TLS = yaml.safe_load((ROOT / "compose.tls.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["web", "worker", "beat"]
PROXY = "".join(file.read_text() for file in sorted((ROOT / "proxy").glob("*.conf")))


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_restarted_and_restricted_and_has_time_to_stop(name):
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service["stop_grace_period"]
    # A service with the image that is built here has the health check of the Dockerfile by default.
    assert "healthcheck" in service or "build" in service
    assert name == "postgres" or (service["read_only"] and service["cap_drop"] == ["ALL"])


def test_a_web_server_has_time_to_finish_its_requests():
    seconds = int(SERVICES["web"]["stop_grace_period"].removesuffix("s"))

    assert seconds >= supervision.GRACE + 5
    assert supervision.GRACE > rest.GRACE


def test_only_the_proxy_has_ports_and_the_databases_are_isolated():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert "inside" not in SERVICES["proxy"]["networks"]


def test_all_names_and_files_exist():
    for service in SERVICES.values():
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        for name, condition in service.get("depends_on", {}).items():
            assert name in SERVICES
            assert condition == {"condition": "service_healthy"}
        for source in [volume.split(":")[0] for volume in service.get("volumes", [])]:
            assert source in COMPOSE["volumes"] or (ROOT / source).is_dir()
    assert TLS["services"].keys() <= SERVICES.keys()
    for file in re.findall(r"/etc/nginx/proxy/(\S+\.conf)", f"{COMPOSE}{TLS}".replace("'", " ")):
        assert (ROOT / "proxy" / file.rstrip(",")).is_file()


def test_there_are_two_web_servers_and_one_beat():
    assert SERVICES["web"]["deploy"] == {"replicas": 2}
    assert "deploy" not in SERVICES["beat"]


@pytest.mark.parametrize("name", OURS)
def test_the_environment_only_has_settings_that_exist(name):
    environment = SERVICES[name]["environment"]

    assert environment.keys() <= settings_read().keys()
    assert (environment["DEBUG"], environment["DEMO_DATA"]) == ("0", "0")
    assert SERVICES[name]["env_file"] == [".env.production"]


def test_the_proxy_has_the_servers_ports_folder_and_upload_limit():
    environment = SERVICES["web"]["environment"]
    megabytes = (settings.MAX_FILE_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE) // 1024 // 1024

    assert f"$rest web:{environment['PORT']};" in PROXY
    assert f"$push web:{environment['PUSH_PORT']};" in PROXY
    assert f"location {environment['MEDIA_ACCEL_PREFIX']} {{" in PROXY
    assert f"alias {environment['MEDIA_ROOT']}/;" in PROXY
    assert f"media:{environment['MEDIA_ROOT']}:ro" in SERVICES["proxy"]["volumes"]
    assert f"client_max_body_size {megabytes}m;" in PROXY
    assert f"larger than {megabytes} MB" in PROXY


# ── The image ────────────────────────────────────────────────────────────────────────────────


def test_the_image_only_has_the_apps_and_the_files_that_it_needs():
    by_hand = {"tests", "bench", "proof"}
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")} - by_hand

    assert packages | {"containers", "manage.py", "requirements.txt"} == set(admitted())


def test_the_image_is_built_from_wheels_and_does_not_run_as_root():
    steps = instructions()
    runs = " ".join(text for step, text in steps if step == "RUN")

    assert "--only-binary :all:" in runs
    assert "apt-get" not in runs
    assert [text for step, text in steps if step == "USER"] == ["10001:10001"]
    assert [step for step, _ in steps][-2:] == ["HEALTHCHECK", "CMD"]


# ── Secrets ──────────────────────────────────────────────────────────────────────────────────


def test_the_secrets_are_created_once_with_all_that_compose_needs(tmp_path):
    file, other = tmp_path / "one", tmp_path / "other"

    assert production_env.write(file, "example.org")
    written = file.read_text()
    assert not production_env.write(file, "example.com")
    assert production_env.write(other, "localhost")

    lines = dict(line.split("=", 1) for line in written.splitlines() if line and line[0] != "#")
    others = dict(line.split("=", 1) for line in other.read_text().splitlines() if "=" in line)
    assert file.read_text() == written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    named = dict(re.findall(r"\$\{(\w+):([?-])", (ROOT / "compose.yaml").read_text()))
    assert {name for name, kind in named.items() if kind == "?"} <= lines.keys()
    assert lines.keys() - named.keys() <= settings_read().keys()
    assert (lines["ALLOWED_HOSTS"], lines["PUBLIC_URL"]) == ("example.org", "https://example.org")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        # None of these characters has a special meaning in a URL, in a shell or in Compose.
        assert re.fullmatch(r"[\w-]{40,}", lines[name])
        assert lines[name] != others[name]


@pytest.mark.parametrize("name", [".env.production", "proxy/certificates/privkey.pem"])
def test_secrets_are_ignored_by_git(name):
    subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=True)


def test_the_scripts_only_need_the_standard_library():
    for script in ("healthy.py", "production_env.py"):
        code = f"import runpy; runpy.run_path('containers/{script}')"
        subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, check=True)
