"""The table of settings in docs/settings.md, and `.env.example`, are those of the code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from typing import Any

from tests.server import ROOT


def settings_read() -> dict[str, tuple[str, Any]]:
    """The variables that the settings read: kind and default (None if it is computed)."""
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
        assert isinstance(name, ast.Constant), f"Line {node.lineno}: a computed name"
        literal = default.value if isinstance(default, ast.Constant) else None
        found[name.value] = (node.func.attr, literal)
    return found


def settings_told() -> dict[str, tuple[str, str]]:
    """The table's rows: type and default."""
    row = re.compile(r"^\| `([A-Z_]+)` \| (\w+) \| (?:`([^`]*)`)? ?\| \S.*\|$", re.MULTILINE)
    return {
        name: (kind, default)
        for name, kind, default in row.findall((ROOT / "docs/settings.md").read_text())
    }


def settings_exemplified() -> dict[str, str]:
    """The lines of `.env.example`: each variable with the default that is shown."""
    line = re.compile(r"^# [^\n]+\n# ([A-Z_]+)=(.*)$", re.MULTILINE)
    return dict(line.findall((ROOT / ".env.example").read_text()))


def test_the_table_of_settings_names_exactly_the_variables_that_are_read():
    read, told = set(settings_read()), set(settings_told())

    assert len(read) > 20
    assert sorted(read - told) == [], "not in docs/settings.md"
    assert sorted(told - read) == [], "in docs/settings.md only"


def test_the_table_of_settings_has_the_types_and_defaults_of_the_code():
    kinds = {"email": "url", "db": "url"}
    told = settings_told()
    for name, (kind, default) in settings_read().items():
        assert told[name][0] == kinds.get(kind, kind), name
        if default is not None:
            shown = str(int(default)) if isinstance(default, bool) else str(default)
            assert told[name][1] == shown, name


def test_the_example_file_has_each_setting_once_with_the_tables_default_and_a_sentence():
    text = (ROOT / ".env.example").read_text()
    expected = {name: default for name, (_, default) in settings_told().items()}

    assert settings_exemplified() == expected
    assert len(re.findall(r"^# [A-Z_]+=", text, re.MULTILINE)) == len(expected)
    assert re.findall(r"^[^#\n]", text, re.MULTILINE) == [], "an untouched copy changes nothing"


def test_the_settings_can_be_read_with_every_line_of_the_example_file_uncommented(tmp_path):
    lines = settings_exemplified()
    file = tmp_path / "env"
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    environment = {key: value for key, value in os.environ.items() if key not in lines}
    code = f"import environ; environ.Env.read_env({str(file)!r}); import config.settings"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
