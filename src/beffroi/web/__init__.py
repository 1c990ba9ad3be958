"""The command centre, as seen in a browser."""
