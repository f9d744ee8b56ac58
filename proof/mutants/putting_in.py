"""Replaces a loaded function by the mutant's."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import CodeType, FunctionType

from proof.mutants.making import Mutant
from proof.mutants.scope import ROOT


def live_functions(mutant: Mutant) -> list[FunctionType]:
    """Return the loaded function; several if it was created more than once."""
    path = str(ROOT / mutant.path)
    gc.unfreeze()  # the tests freeze loaded objects, which hides them from get_objects
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, FunctionType)
        and each.__code__.co_filename == path
        and each.__code__.co_qualname == mutant.function
    ]


def put_in(mutant: Mutant) -> bool:
    """Give the function the mutant's code in place, for all references to it. False if that isn't
    possible."""
    live = live_functions(mutant)
    path = str(ROOT / mutant.path)
    module = compile(mutant.source, path, "exec", dont_inherit=True)
    made = [code for code in codes(module) if code.co_qualname == mutant.function]
    if len(live) != 1 or len(made) != 1 or live[0].__code__.co_freevars != made[0].co_freevars:
        return False
    live[0].__code__ = made[0]
    return True


def codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes(constant)
