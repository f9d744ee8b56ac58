"""Do the tests notice when the code is wrong? (`python -m bench.proof.mutants`)

mutmut makes the mutants. A seeded sample of them is tried, each with the tests that run its line,
in a process forked from one that has everything loaded. `docs/mutation.md` has what came of it.
"""
