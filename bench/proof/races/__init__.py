"""Ten thousand acts at once on few sessions, and what is true of the rows meanwhile and after."""
