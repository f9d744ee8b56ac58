"""The table of settings in docs/settings.md and `.env.example` match the code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from typing import Any

from tests.support.server import ROOT


def settings_read() -> dict[str, tuple[str, Any]]:
    """Return the type and default of each variable that the settings read; None if computed."""
    found = {}
    modules = sorted((ROOT / "config/settings").glob("*.py"))
    for node in ast.walk(ast.parse("\n".join(module.read_text() for module in modules))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if getattr(node.func.value, "id", "") != "env" or node.func.attr == "read_env":
            continue
        name, *positional = node.args
        named = [keyword.value for keyword in node.keywords if keyword.arg == "default"]
        default = next((each for each in [*positional, *named]), None)
        assert isinstance(name, ast.Constant), f"Line {node.lineno}: the name is computed"
        literal = default.value if isinstance(default, ast.Constant) else None
        found[name.value] = (node.func.attr, literal)
    return found


def settings_documented() -> dict[str, tuple[str, str]]:
    """Return the type and default in each row of the table."""
    row = re.compile(r"^\| `([A-Z_]+)` \| (\w+) \| (?:`([^`]*)`)? ?\| \S.*\|$", re.MULTILINE)
    return {
        name: (kind, default)
        for name, kind, default in row.findall((ROOT / "docs/settings.md").read_text())
    }


def settings_in_example() -> dict[str, str]:
    """Return the default of each variable in `.env.example`."""
    line = re.compile(r"^# [^\n]+\n# ([A-Z_]+)=(.*)$", re.MULTILINE)
    return dict(line.findall((ROOT / ".env.example").read_text()))


def test_the_table_has_exactly_the_variables_that_the_settings_read():
    read, documented = set(settings_read()), set(settings_documented())

    assert len(read) > 20
    assert sorted(read - documented) == [], "not in docs/settings.md"
    assert sorted(documented - read) == [], "in docs/settings.md only"


def test_the_table_has_the_types_and_defaults_of_the_code():
    kinds = {"email": "url", "db": "url"}
    documented = settings_documented()
    for name, (kind, default) in settings_read().items():
        assert documented[name][0] == kinds.get(kind, kind), name
        if default is not None:
            shown = str(int(default)) if isinstance(default, bool) else str(default)
            assert documented[name][1] == shown, name


def test_the_example_file_has_each_setting_once_with_its_default_and_a_comment():
    text = (ROOT / ".env.example").read_text()
    expected = {name: default for name, (_, default) in settings_documented().items()}

    assert settings_in_example() == expected
    assert len(re.findall(r"^# [A-Z_]+=", text, re.MULTILINE)) == len(expected)
    assert re.findall(r"^[^#\n]", text, re.MULTILINE) == [], "an unchanged copy changes a setting"


def test_the_settings_can_be_read_with_every_example_line_uncommented(tmp_path):
    lines = settings_in_example()
    file = tmp_path / "env"
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    environment = {key: value for key, value in os.environ.items() if key not in lines}
    code = f"import environ; environ.Env.read_env({str(file)!r}); import config.settings"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
