"""The database: the source of truth for cameras, acts, alerts and verdicts."""
