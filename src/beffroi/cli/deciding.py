"""What every command that records a decision asks for: who, when, under which number, and why."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.procedure.documents import attach

Body = Annotated[str, typer.Option(help="Who decided, e.g. the municipal council.")]
Day = Annotated[str, typer.Option(help="Day of the decision, YYYY-MM-DD.")]
Reference = Annotated[str, typer.Option(help="Number under which it can be found.")]
Motives = Annotated[str, typer.Option(help="Why, in plain words.")]
Paper = Annotated[Path | None, typer.Option(help="The signed paper.")]


def attached(session: Session, paper: Path | None, *, actor: str, clock: Clock) -> str | None:
    """Keep the paper that a decision rests on; its digest, or None where there is none.

    Raises:
        BadInput: It cannot be read or kept.
    """
    if paper is None:
        return None
    try:
        content = paper.read_bytes()
    except OSError as error:
        raise BadInput(f"The document {paper} cannot be read: {error.strerror}.") from error
    return attach(session, paper.name, content, actor=actor, clock=clock).digest
