"""Mutation testing: do the tests fail if the code is wrong? (`python -m proof.mutants`)

mutmut creates the mutants. A seeded sample is tested, each with the tests that run its line, in a
process forked from one that has everything loaded. `docs/mutation.md` has the results.
"""
