"""The worker that sends what people have handed over, and records what became of it.

At least once: a crash after a channel took the message and before the record of it is committed
leads to a second sending. Each attempt carries the same delivery id, by which the receiver can
tell. One worker runs per installation.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import select

from beffroi.alerts.channels import Channel
from beffroi.alerts.message import compose
from beffroi.clock import Clock
from beffroi.errors import BadInput, Unavailable
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.store.alerts import Delivery
from beffroi.store.database import Database
from beffroi.words import say

GIVE_UP_AFTER: Final = timedelta(hours=1)
"""A message older than this is not worth another attempt: it is shown as failed."""

log = structlog.get_logger()


def deliver_pending(database: Database, channels: Sequence[Channel], clock: Clock) -> int:
    """Try every pending handing over whose channel does not rest; called about every second.

    Args:
        database: Where the handings over are.
        channels: Kept by the caller between calls: they remember when to rest.
        clock: Gives times and patience.

    Returns:
        How many were delivered.

    Raises:
        Unavailable: The database is away. What a channel took before is sent again.
    """
    known = {channel.name: channel for channel in channels}
    with database.read() as session:
        pending = session.scalars(
            select(Delivery).where(Delivery.state == "pending").order_by(Delivery.at)
        ).all()
    delivered = 0
    for delivery in pending:
        channel = known.get(delivery.channel)
        if channel is None:
            gone = say("No channel is named {channel} any more.", channel=delivery.channel)
            _record(database, delivery.id, "failed", gone, clock)
        elif channel.ready(clock):
            state, detail = _attempt(database, delivery, channel, clock)
            _record(database, delivery.id, state, detail, clock)
            delivered += state == "delivered"
    return delivered


def _attempt(
    database: Database, delivery: Delivery, channel: Channel, clock: Clock
) -> tuple[str, str]:
    try:
        with database.read() as session:
            message = compose(session, delivery.id)
    except BadInput as error:
        return "failed", error.message
    try:
        detail = channel.send(message)
    except BadInput as error:
        return "failed", error.message
    except Unavailable as error:
        channel.rest(clock)
        late = clock.now() - delivery.at >= GIVE_UP_AFTER
        return ("failed" if late else "pending"), error.message
    except Exception as error:  # one channel keeps neither the others nor the server from going on
        kind = type(error).__name__
        log.error("a channel failed in an unforeseen way", channel=channel.name, error=kind)
        return "failed", say(
            "The channel failed in an unforeseen way ({error}): check its settings.", error=kind
        )
    channel.recover()
    return "delivered", detail


def _record(database: Database, delivery_id: str, state: str, detail: str, clock: Clock) -> None:
    with database.write() as session:
        delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
        delivery.state, delivery.detail = state, detail
        if state == "pending":
            return
        append(
            session,
            Kind.ALERT_DELIVERY,
            actor=SYSTEM,
            payload={
                "alert": delivery.alert_id,
                "delivery": delivery.id,
                "channel": delivery.channel,
                "state": state,
                "detail": detail,
            },
            clock=clock,
        )
