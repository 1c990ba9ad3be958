import contextlib
import hashlib
import hmac
import json
import socket
import threading

import pytest
from sqlalchemy import select

from beffroi.alerts import life
from beffroi.alerts.channels import Channel, open_channels
from beffroi.alerts.handover import deliver_pending
from beffroi.alerts.life import Judgement
from beffroi.errors import Unavailable
from beffroi.folder import DataFolder
from beffroi.settings import HandoverSettings
from beffroi.store.alerts import Delivery, Verdict
from beffroi.store.cameras import CameraVersion
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from tests.alerts.conftest import CAMERA, Town, definition
from tests.mail import LOGIN, Mailbox, Receiver, free_port

SECRET = "a webhook secret"


def handed_over(town: Town, channel: str) -> str:
    """An alert confirmed by the operator and handed over by the supervisor; the delivery's id."""
    alert = town.raise_alert()
    with town.database.write() as session:
        life.show(session, alert.id, town.operator, town.clock)
        life.judge(session, alert.id, Judgement.CONFIRMED, "fall", town.operator, town.clock)
        return life.hand_over(session, alert.id, channel, town.supervisor, town.clock).id


def stored(database: Database, delivery_id: str) -> Delivery:
    with database.read() as session:
        return session.get_one(Delivery, delivery_id)


def delivery_lines(database: Database) -> list[dict[str, object]]:
    with database.read() as session:
        payloads = session.scalars(
            select(LedgerPayload.payload)
            .join(LedgerEntry, LedgerEntry.id == LedgerPayload.entry_id)
            .where(LedgerEntry.kind == "alert.delivery")
            .order_by(LedgerEntry.id)
        )
        return [json.loads(payload) for payload in payloads]


def channels(folder: DataFolder, **fields: object) -> list[Channel]:
    settings = HandoverSettings.model_validate({"channels": [{"name": "fire", **fields}]})
    return open_channels(settings, folder)


def write_secret(folder: DataFolder, text: str) -> None:
    path = folder.secrets / "handover-fire"
    path.touch(0o600)
    path.write_text(text + "\n")


def by_mail(folder: DataFolder, mailbox: Mailbox, **changes: object) -> list[Channel]:
    fields = {
        "type": "smtp",
        "host": "127.0.0.1",
        "port": mailbox.port,
        "security": "none",
        "sender": "csu@ville.example",
        "recipients": ["codis@sdis.example", "garde@sdis.example"],
    }
    return channels(folder, **fields | changes)


@pytest.fixture
def webhook(folder: DataFolder, receiver: Receiver) -> list[Channel]:
    write_secret(folder, SECRET)
    return channels(folder, type="webhook", url=receiver.url, timeout_s=2)


def test_a_mail_says_what_where_when_and_who_and_nothing_else(
    town: Town, folder: DataFolder, mailbox: Mailbox
) -> None:
    delivery_id = handed_over(town, "fire")
    assert deliver_pending(town.database, by_mail(folder, mailbox), town.clock) == 1

    (mail,) = mailbox.received
    assert mail["Subject"] == "Chute d’une personne / Fall of a person – Belfry square"
    assert mail["To"] == "codis@sdis.example, garde@sdis.example"
    assert delivery_id in mail["Message-ID"]
    assert mail.get_content_type() == "text/plain"
    words = mail.get_content()
    delivery = stored(town.database, delivery_id)
    assert (delivery.state, delivery.detail) == ("delivered", "accepted by the mail server")
    for fact in (
        delivery.alert_id,
        "Belfry square",
        CAMERA,
        "2026-05-04 14:00:00 CEST",
        "Les pompiers / The fire brigade",
        definition().digest,
        town.operator.pseudonym,
        town.supervisor.pseudonym,
    ):
        assert fact in words
    assert "0a1b2c3d" not in mail.as_string()
    assert not any(name in words for name in ("Ada", "Sam")), "people appear by pseudonym"


def test_mail_goes_encrypted_and_signed_in(
    town: Town, folder: DataFolder, guarded_mailbox: Mailbox
) -> None:
    write_secret(folder, LOGIN[1])
    handed_over(town, "fire")
    ways = by_mail(folder, guarded_mailbox, security="starttls", username=LOGIN[0])
    assert deliver_pending(town.database, ways, town.clock) == 1
    assert len(guarded_mailbox.received) == 1


def test_a_wrong_password_or_an_untrusted_server_is_said_and_tried_again(
    town: Town, folder: DataFolder, guarded_mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secret(folder, "not the password")
    delivery_id = handed_over(town, "fire")
    ways = by_mail(folder, guarded_mailbox, security="starttls", username=LOGIN[0])
    assert deliver_pending(town.database, ways, town.clock) == 0
    assert "refuses the user or the password" in stored(town.database, delivery_id).detail
    assert "not the password" not in stored(town.database, delivery_id).detail

    monkeypatch.delenv("SSL_CERT_FILE")
    town.clock.advance(10)
    assert deliver_pending(town.database, ways, town.clock) == 0
    delivery = stored(town.database, delivery_id)
    assert (delivery.state, guarded_mailbox.received) == ("pending", [])
    assert "cannot be reached" in delivery.detail


@pytest.mark.parametrize(
    ("answers", "state", "detail"),
    [
        ({"codis@sdis.example": "550 who?"}, "delivered", "1 of 2 recipients refused"),
        (
            {"codis@sdis.example": "550 who?", "garde@sdis.example": "553 who?"},
            "failed",
            "(550, 553)",
        ),
        (
            {"codis@sdis.example": "550 who?", "garde@sdis.example": "451 later"},
            "pending",
            "(451, 550)",
        ),
    ],
)
def test_refused_recipients_are_told(
    town: Town,
    folder: DataFolder,
    mailbox: Mailbox,
    answers: dict[str, str],
    state: str,
    detail: str,
) -> None:
    mailbox.answers = answers
    delivery_id = handed_over(town, "fire")
    deliver_pending(town.database, by_mail(folder, mailbox), town.clock)
    delivery = stored(town.database, delivery_id)
    assert delivery.state == state
    assert detail in delivery.detail


def test_a_webhook_receives_a_signed_closed_message(
    town: Town, receiver: Receiver, webhook: list[Channel]
) -> None:
    delivery_id = handed_over(town, "fire")
    assert deliver_pending(town.database, webhook, town.clock) == 1
    assert deliver_pending(town.database, webhook, town.clock) == 0

    (request,) = receiver.received
    expected = hmac.digest(SECRET.encode(), request.body, hashlib.sha256).hex()
    assert request.headers["Beffroi-Signature"] == f"sha256={expected}"
    assert request.headers["Idempotency-Key"] == delivery_id
    delivery = stored(town.database, delivery_id)
    assert json.loads(request.body) == {
        "version": 1,
        "delivery": delivery_id,
        "alert": delivery.alert_id,
        "event": "fall",
        "title": {"fr": "Chute d’une personne", "en": "Fall of a person"},
        "definition": definition().digest,
        "told": {"fr": "Les pompiers", "en": "The fire brigade"},
        "camera": CAMERA,
        "camera_name": "Belfry square",
        "place": {"x": 0.25, "y": 0.5},
        "detected_at": "2026-05-04T14:00:00+02:00",
        "verdict": "confirmed",
        "verdict_id": delivery.verdict_id,
        "judged_by": town.operator.pseudonym,
        "judged_at": "2026-05-04T14:00:00+02:00",
        "handed_over_by": town.supervisor.pseudonym,
    }
    assert delivery_lines(town.database) == [
        {
            "alert": delivery.alert_id,
            "delivery": delivery_id,
            "channel": "fire",
            "state": "delivered",
            "detail": "received",
        }
    ]


def test_a_channel_that_fails_is_tried_again_ever_more_rarely_then_given_up(
    town: Town, receiver: Receiver, webhook: list[Channel]
) -> None:
    receiver.status = 503
    delivery_id = handed_over(town, "fire")
    start, tries = town.clock.monotonic(), []
    while stored(town.database, delivery_id).state == "pending":
        before = len(receiver.received)
        deliver_pending(town.database, webhook, town.clock)
        if len(receiver.received) > before:
            tries.append(town.clock.monotonic() - start)
        town.clock.advance(max(5, webhook[0].rests_until - town.clock.monotonic()))

    assert tries[:7] == [0, 5, 15, 35, 75, 155, 315]
    assert 3600 <= tries[-1] <= 3900
    (line,) = delivery_lines(town.database)
    assert (line["state"], line["detail"]) == ("failed", "fire answered 503.")


def test_one_success_ends_the_patience(
    town: Town, receiver: Receiver, webhook: list[Channel]
) -> None:
    receiver.status = 500
    first = handed_over(town, "fire")
    deliver_pending(town.database, webhook, town.clock)
    receiver.status = 200
    assert deliver_pending(town.database, webhook, town.clock) == 0, "the channel rests"
    town.clock.advance(5)
    assert deliver_pending(town.database, webhook, town.clock) == 1
    assert stored(town.database, first).state == "delivered"
    handed_over(town, "fire")
    assert deliver_pending(town.database, webhook, town.clock) == 1


def test_what_will_never_be_accepted_is_not_tried_again_and_can_be_handed_over_anew(
    town: Town, receiver: Receiver, webhook: list[Channel]
) -> None:
    receiver.status = 422
    delivery_id = handed_over(town, "fire")
    deliver_pending(town.database, webhook, town.clock)
    failed = stored(town.database, delivery_id)
    assert (failed.state, failed.detail) == ("failed", "fire answered 422.")

    receiver.status = 200
    with town.database.write() as session:
        life.hand_over(session, failed.alert_id, "fire", town.operator, town.clock)
    assert deliver_pending(town.database, webhook, town.clock) == 1


@pytest.mark.parametrize(
    ("secret", "port", "detail"),
    [(None, None, "has no secret"), (SECRET, free_port(), "cannot be reached")],
    ids=["no-secret", "away"],
)
def test_a_channel_not_set_up_or_away_says_so(
    town: Town,
    folder: DataFolder,
    receiver: Receiver,
    secret: str | None,
    port: int | None,
    detail: str,
) -> None:
    if secret:
        write_secret(folder, secret)
    url = f"http://127.0.0.1:{port or receiver.port}/"
    delivery_id = handed_over(town, "fire")
    deliver_pending(town.database, channels(folder, type="webhook", url=url), town.clock)
    delivery = stored(town.database, delivery_id)
    assert delivery.state == "pending"
    assert detail in delivery.detail
    assert receiver.received == []


def test_a_channel_that_fails_as_nobody_foresaw_keeps_no_other_from_going_on(
    town: Town, folder: DataFolder
) -> None:
    write_secret(folder, SECRET)
    delivery_id = handed_over(town, "fire")
    broken = channels(folder, type="webhook", url="https://[::1/")
    assert deliver_pending(town.database, broken, town.clock) == 0
    delivery = stored(town.database, delivery_id)
    assert delivery.state == "failed"
    assert "unforeseen way (InvalidURL)" in delivery.detail


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n", b""], ids=["dribbles", "is silent"])
def test_a_receiver_that_never_ends_its_answer_keeps_nobody_waiting(
    town: Town, folder: DataFolder, answer: bytes
) -> None:
    """Each byte comes within the time-out of a read, and the answer never."""
    write_secret(folder, SECRET)
    delivery_id, over = handed_over(town, "fire"), threading.Event()

    def dribble() -> None:
        client, _ = listening.accept()
        with client, contextlib.suppress(OSError):
            client.sendall(answer)
            while not over.wait(0.1):
                client.sendall(b"x" if answer else b"")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = threading.Thread(target=dribble)
        receiver.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        way = channels(folder, type="webhook", url=url, timeout_s=0.5)
        deliver_pending(town.database, way, town.clock)
        delivery = stored(town.database, delivery_id)
        assert delivery.state == "pending"
        assert "does not answer" in delivery.detail or "ReadTimeout" in delivery.detail
        over.set()
        receiver.join()


def test_a_channel_that_is_no_longer_configured_fails(town: Town) -> None:
    delivery_id = handed_over(town, "police")
    assert deliver_pending(town.database, [], town.clock) == 0
    delivery = stored(town.database, delivery_id)
    assert (delivery.state, delivery.detail) == (
        "failed",
        "No channel is named police any more.",
    )


def test_a_crash_after_sending_sends_again_under_the_same_id(
    town: Town, receiver: Receiver, webhook: list[Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery_id = handed_over(town, "fire")

    def away(*_: object, **__: object) -> None:
        raise Unavailable("The database is away.")

    with monkeypatch.context() as patch:
        patch.setattr("beffroi.alerts.handover.append", away)
        with pytest.raises(Unavailable):
            deliver_pending(town.database, webhook, town.clock)
    assert deliver_pending(town.database, webhook, town.clock) == 1
    assert [r.headers["Idempotency-Key"] for r in receiver.received] == [delivery_id] * 2
    assert len(delivery_lines(town.database)) == 1


def test_a_name_with_a_line_end_cannot_forge_a_header(
    town: Town, folder: DataFolder, mailbox: Mailbox
) -> None:
    with town.database.write() as session:
        camera = session.scalars(select(CameraVersion)).one()
        camera.name = "Square\r\nBcc: thief@example.org"
    handed_over(town, "fire")
    assert deliver_pending(town.database, by_mail(folder, mailbox), town.clock) == 1
    assert mailbox.received[0]["Bcc"] is None


@pytest.mark.parametrize("change", ["the verdict", "the alert"])
def test_a_verdict_taken_back_by_hand_sends_nothing(
    town: Town, webhook: list[Channel], receiver: Receiver, change: str
) -> None:
    delivery_id = handed_over(town, "fire")
    with town.database.write() as session:
        delivery = session.get_one(Delivery, delivery_id)
        if change == "the verdict":
            session.get_one(Verdict, delivery.verdict_id).verdict = "lifted"
        else:
            delivery.alert_id = town.raise_alert(session=session).id
    assert deliver_pending(town.database, webhook, town.clock) == 0
    assert receiver.received == []
    failed = stored(town.database, delivery_id)
    assert (failed.state, "confirmed this very alert" in failed.detail) == ("failed", True)
