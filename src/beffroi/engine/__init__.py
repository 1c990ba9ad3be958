"""Host processes that analyse cameras, and their supervision."""
