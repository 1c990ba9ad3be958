"""Beffroi watches a city's cameras only for the events its council has authorised."""

__version__ = "0.1.0"
