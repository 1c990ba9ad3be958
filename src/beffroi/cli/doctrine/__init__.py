"""`beffroi doctrine`: what binds a city, and the acts by which it changes."""

import typer

from beffroi.cli.doctrine import changing, reading

app = typer.Typer(
    name="doctrine",
    no_args_is_help=True,
    help="Read doctrines and legal packs, ask what they allow together, adopt and remove them.",
)
for part in (reading, changing):
    app.add_typer(part.app)
