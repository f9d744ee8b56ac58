"""Is what was acknowledged kept, whatever is killed? `python -m bench.proof.kills --rounds 200`

People use the site: each round something of it is ended by SIGKILL in the middle, one server
process or several, the clock, PostgreSQL itself. Whatever starts them in production does so here.
The people keep a journal of what was answered with success. None of it may be lost, and nothing
may be half done.
"""
