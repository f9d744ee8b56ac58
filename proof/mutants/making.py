"""Mutants by mutmut's operators, and a seeded sample of them."""

from __future__ import annotations

import ast
import difflib
from collections import defaultdict
from dataclasses import dataclass
from random import Random

import libcst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from proof.mutants.scope import ROOT, code_files

Place = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one change.

    Attributes:
        path: relative to the root.
        lines: the first and last line of the changed statement in the original file.
        function: the name of the outermost function or method whose body is changed; "" if the
            changed code runs at import.
        source: the whole changed file.
    """

    path: str
    lines: tuple[int, int]
    function: str
    source: str

    def difference(self) -> str:
        """Return the changed lines as a diff."""
        old, new = (ROOT / self.path).read_text().splitlines(), self.source.splitlines()
        shown = list(difflib.unified_diff(old, new, lineterm="", n=0))[3:]
        return "\n".join(shown)


class Finder(MutationVisitor):
    """mutmut's finder with two changes: it records the place of each mutant, and it includes
    decorated functions, which mutmut skips because of its trampolines."""

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))
        self.places: dict[Place, list[tuple[libcst.CSTNode, libcst.CSTNode]]] = defaultdict(list)

    def _create_mutations(self, node: libcst.CSTNode) -> None:
        before = len(self.mutations)
        super()._create_mutations(node)
        where = self.get_metadata(PositionProvider, node)
        place = (where.start.line, where.start.column, where.end.line, where.end.column)
        for made in self.mutations[before:]:
            self.places[place].append((made.original_node, made.mutated_node))

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.FunctionDef):
            return False
        return bool(super()._skip_node_and_children(node))


def sample(size: int, seed: int) -> list[Mutant]:
    """Return one mutant for each of `size` places, chosen from all places with mutants."""
    random = Random(seed)
    found = {path: find(path) for path in code_files()}
    places = [(path, place) for path, finder in found.items() for place in sorted(finder.places)]
    chosen = sorted(random.sample(places, min(size, len(places))))
    return [make(path, found[path], place, random) for path, place in chosen]


def find(path: str) -> Finder:
    wrapper = MetadataWrapper(libcst.parse_module((ROOT / path).read_text()))
    finder = Finder()
    finder.module = wrapper.visit(finder)
    return finder


def make(path: str, finder: Finder, place: Place, random: Random) -> Mutant:
    old, new = random.choice(finder.places[place])
    source = finder.module.deep_replace(old, new).code
    tree = ast.parse((ROOT / path).read_text())
    return Mutant(path, statement(tree, place[0]), function(tree, place[0]), source)


def statement(tree: ast.AST, line: int) -> tuple[int, int]:
    """Return the smallest statement with this line."""
    around = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return min(around, key=lambda span: span[1] - span[0])


def function(tree: ast.AST, line: int, prefix: str = "") -> str:
    """Return the qualified name of the outermost function with this line in its body, or ""."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            if within := function(node, line, f"{prefix}{node.name}."):
                return within
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.body[
            0
        ].lineno <= line <= (node.end_lineno or 0):
            return prefix + node.name
    return ""
