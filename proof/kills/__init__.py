"""Checks that killed processes lose nothing: `python -m proof.kills --rounds 200`.

While simulated people use the site, each round ends some of its processes with SIGKILL: one server
process or several, the scheduler, or PostgreSQL. They are restarted as in production. A journal
records all acts that were acknowledged. None of them may be lost, and no act may be half done.
"""
