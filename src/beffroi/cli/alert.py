"""`beffroi alert`: the queue from the command line, for scripts and for when no console is up."""

from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.alerts import erasure, life
from beffroi.alerts.life import Judgement, State
from beffroi.alerts.vault import Vault
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json, print_rows
from beffroi.mandate.rights import Permission
from beffroi.store.alerts import Alert, Delivery, Verdict

app = typer.Typer(
    name="alert", no_args_is_help=True, help="Read the queue, judge an alert, erase its evidence."
)

AlertId = Annotated[str, typer.Argument(metavar="ID", help="Number of the alert.")]
Reason = Annotated[str, typer.Option(help="Why, in 1 to 500 characters; recorded.")]


@app.command("list")
def list_(
    state: Annotated[State | None, typer.Option(help="Only those that stand there.")] = None,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """List the alerts, oldest first.

    Example: `beffroi alert list --state raised --json`
    """
    wanted = select(Alert).order_by(Alert.raised_at)
    if state is not None:
        wanted = wanted.where(Alert.state == state)
    with open_installation(data).database.read() as session:
        verdicts = {verdict.alert_id: verdict for verdict in session.scalars(select(Verdict))}
        rows = [_row(alert, verdicts.get(alert.id)) for alert in session.scalars(wanted)]
    columns = ("id", "raised_at", "event", "camera", "state", "verdict")
    print_rows(columns, rows, as_json=as_json, none="No alert.")


@app.command()
def show(alert_id: AlertId, data: Data = DATA) -> None:
    """Show one alert as JSON; the score stays hidden until the verdict.

    Example: `beffroi alert show 5f0c1f34-8c5e-4f3a-9d55-0d1d1f6a7b10`
    """
    with open_installation(data).database.read() as session:
        print_json(_case(session, life.find(session, alert_id)))


@app.command()
def judge(
    alert_id: AlertId,
    verdict: Annotated[Judgement, typer.Argument(help="What you judged.")],
    reason: Reason,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Judge an alert; it counts as shown to you.

    Example: `beffroi alert judge 5f0c1f34-8c5e-4f3a-9d55-0d1d1f6a7b10 lifted
    --reason "A man ties his shoe." --as operateur`
    """
    site = open_installation(data)
    with site.acting(login, Permission.JUDGE) as (session, account):
        if life.find(session, alert_id).state == State.RAISED:
            life.show(session, alert_id, account, site.clock)
        life.judge(session, alert_id, verdict, reason, account, site.clock)
    typer.echo(f"Alert {alert_id} is {verdict}.")


@app.command()
def erase(alert_id: AlertId, reason: Reason, login: As = None, data: Data = DATA) -> None:
    """Erase the evidence of an alert before its date, for ever; the alert itself stays.

    Example: `beffroi alert erase 5f0c1f34-8c5e-4f3a-9d55-0d1d1f6a7b10
    --reason "The person asked for it." --as superviseur`
    """
    site = open_installation(data)
    with site.acting(login, Permission.ERASE_EVIDENCE) as (session, account):
        erasure.erase(session, Vault(site.folder), alert_id, reason, account, site.clock)
    typer.echo(f"The evidence of alert {alert_id} is erased.")


def _row(alert: Alert, verdict: Verdict | None) -> dict[str, object]:
    return {
        "id": alert.id,
        "event": alert.event,
        "camera": alert.camera_id,
        "use": alert.use_id,
        "definition": alert.definition_digest,
        "severity": alert.severity,
        "state": alert.state,
        "detected_at": alert.detected_at,
        "raised_at": alert.raised_at,
        "shown_at": alert.shown_at,
        "escalated_at": alert.escalated_at,
        "zone": alert.zone,
        "count": alert.count,
        "repeats": alert.repeats,
        "evidence": alert.evidence,
        "erase_at": alert.erase_at,
        "verdict": verdict and verdict.verdict,
        "reason": verdict and verdict.reason,
        "judged_at": verdict and verdict.at,
        "score": verdict and alert.score,
    }


def _case(session: Session, alert: Alert) -> dict[str, object]:
    verdict = session.scalar(select(Verdict).where(Verdict.alert_id == alert.id))
    deliveries = session.scalars(
        select(Delivery).where(Delivery.alert_id == alert.id).order_by(Delivery.at)
    )
    handed_over = [
        {"channel": one.channel, "state": one.state, "detail": one.detail, "at": one.at}
        for one in deliveries
    ]
    return {**_row(alert, verdict), "duration_s": alert.duration_s, "handed_over": handed_over}
