"""Servers that tests start end with them, even where the tests themselves are killed."""

WITH_ITS_PARENT = ["setpriv", "--pdeathsig", "TERM"]
"""Before a command: it is asked to end once whoever started it is gone (see prctl(2))."""
