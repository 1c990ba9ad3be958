"""`beffroi impact`: studies, compass, risks, duties and reports of the uses."""

import typer

from beffroi.cli.impact import documents, duties, risks, studies

app = typer.Typer(
    name="impact",
    no_args_is_help=True,
    help="Keep impact studies, compass, risks and duties; write reports and technical files.",
)
for part in (studies, documents, risks, duties):
    app.add_typer(part.app)
