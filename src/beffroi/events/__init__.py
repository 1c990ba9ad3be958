"""Detectors: one module per kind of observable event."""
