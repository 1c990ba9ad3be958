"""`beffroi doctor`: is this machine fit, and if not, what is to be done?"""

from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from beffroi.cli.checks import Finding, Grade, examine
from beffroi.cli.options import DATA, AsJson, Data, print_json
from beffroi.folder import DataFolder

app = typer.Typer()

MARKS = {Grade.GOOD: "[green]✓[/]", Grade.DOUBTFUL: "[yellow]![/]", Grade.BAD: "[red]✗[/]"}


@app.command()
def doctor(as_json: AsJson = False, data: Data = DATA) -> None:
    """Check machine, models, database, disk, clock, secrets and that nothing calls home.

    Fails if anything is bad; what is only doubtful is shown.

    Example: `beffroi doctor --data /var/lib/beffroi`
    """
    findings = list(examine(DataFolder(data)))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    if any(finding.grade is Grade.BAD for finding in findings):
        raise typer.Exit(1)


def _print(findings: list[Finding]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        table.add_row(MARKS[finding.grade], finding.check, finding.found)
        if finding.remedy:
            table.add_row("", "", f"[bold]→ {finding.remedy}[/]")
    Console().print(table)
