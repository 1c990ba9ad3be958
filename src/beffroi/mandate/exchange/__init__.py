"""The mandate on its own: written to a file, proven by a stranger, taken up by another city."""
