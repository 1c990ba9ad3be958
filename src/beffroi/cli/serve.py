"""`beffroi serve`: run an installation until it is stopped."""

import typer

from beffroi.cli.installation import open_installation
from beffroi.cli.options import DATA, Data

app = typer.Typer()


@app.command()
def serve(data: Data = DATA) -> None:
    """Watch what the uses in force allow, and answer the consoles, until Ctrl-C.

    The folder must be there: a mistyped one would be a city without cameras.

    Example: `beffroi serve --data /var/lib/beffroi`
    """
    from beffroi.engine.server import serve as run
    from beffroi.logs import configure

    configure()
    site = open_installation(data)
    web = site.settings.web

    def greet() -> None:
        typer.echo(f"Beffroi answers at http://{web.host}:{web.port}/ (Ctrl-C stops it).")

    run(site.folder, site.settings, site.database, site.clock, greet)
