"""Results that are kept for the next run: which tests run which line, and which mutants failed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from proof.mutants.making import Mutant
from proof.mutants.scope import ROOT, code_files

Learned = dict[str, Any]


class Memory:
    """A folder with results. Survivors are not kept: the next run tries them again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.code_changed = max((ROOT / path).stat().st_mtime for path in code_files())

    def learned(self, test_file: str) -> Learned | None:
        """Return what the file's tests run; None if they or the code have changed since."""
        kept = self.place_of(test_file)
        changed = max(self.code_changed, (ROOT / test_file).stat().st_mtime)
        if not kept.exists() or kept.stat().st_mtime < changed:
            return None
        return dict(json.loads(kept.read_text()))

    def keep_learned(self, test_file: str, learned: Learned) -> None:
        self.place_of(test_file).write_text(json.dumps(learned))

    def place_of(self, test_file: str) -> Path:
        return self.folder / f"{test_file.replace('/', '.')}.json"

    def killer(self, mutant: Mutant) -> str:
        kept = self.folder / key(mutant)
        return kept.read_text() if kept.exists() else ""

    def keep_killer(self, mutant: Mutant, killer: str) -> None:
        (self.folder / key(mutant)).write_text(killer)


def key(mutant: Mutant) -> str:
    return hashlib.sha256(f"{mutant.path}\n{mutant.source}".encode()).hexdigest()
