"""Ten thousand simultaneous actions on few sessions, with checks of the rows during and after."""
