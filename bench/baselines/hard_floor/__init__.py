"""The hard floor: the floor without what an application needs besides its answers.

Its answers are the floor's, but for what follows from this:

- It checks the signature of a token and looks no person up: somebody who was deactivated gets
  answers, and a member of the staff is answered like anybody else.
- It keeps the count of a list for a second.
"""
