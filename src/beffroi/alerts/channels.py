"""The ways out: a mail server, another system's webhook. Each says what became of a message.

`Unavailable` means that trying again may help, `BadInput` that it will not.
"""

import hashlib
import hmac
import smtplib
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from typing import Final

import httpx

from beffroi.alerts.message import Message
from beffroi.clock import Clock
from beffroi.errors import Actor, BadInput, Unavailable
from beffroi.folder import DataFolder
from beffroi.settings import HandoverSettings, SmtpChannel, WebhookChannel
from beffroi.words import say

SIGNATURE: Final = "Beffroi-Signature"
"""Header: `sha256=` and the HMAC of the body under the channel's secret, in hexadecimal."""

MOST_UNDER_WAY: Final = 3
"""Messages to one receiver that may wait for its answer at once."""

_SMTP_PATIENCE_S: Final = 10
_HOPELESS: Final = frozenset({400, 410, 413, 415, 422})
_FIRST_REST_S: Final = 5.0
_LONGEST_REST_S: Final = 300.0


@dataclass(slots=True)
class Channel:
    """A way out and how it has done lately.

    Args:
        name: What operators choose it by.
        send: Hands one message over and says how it was received.
        failures: Attempts in a row that failed.
        rests_until: Monotonic seconds before which it is left alone.
    """

    name: str
    send: Callable[[Message], str]
    failures: int = 0
    rests_until: float = 0.0

    def ready(self, clock: Clock) -> bool:
        """Whether it may be tried now."""
        return clock.monotonic() >= self.rests_until

    def rest(self, clock: Clock) -> None:
        """Leave it alone after a failure, twice as long after each, at most five minutes."""
        pause = min(_FIRST_REST_S * 2.0**self.failures, _LONGEST_REST_S)
        self.failures += 1
        self.rests_until = clock.monotonic() + pause

    def recover(self) -> None:
        """Forget the failures: a message went through."""
        self.failures = 0


def open_channels(settings: HandoverSettings, folder: DataFolder) -> list[Channel]:
    """The channels of an installation; nothing is contacted yet."""
    return [
        Channel(channel.name, InTime(channel.name, *_way(channel, folder)))
        for channel in settings.channels
    ]


def _way(
    channel: SmtpChannel | WebhookChannel, folder: DataFolder
) -> tuple[float, Callable[[Message], str]]:
    """How long a message may take in all, and what hands it over."""
    if isinstance(channel, SmtpChannel):
        return 6.0 * _SMTP_PATIENCE_S, partial(_mail, channel, folder)
    return 2 * channel.timeout_s, partial(_post, channel, folder)


class InTime:
    """Hands messages over, each in a thread of its own and within a time.

    Time-outs of sockets hold for each read: a receiver that sends a byte now and then would keep
    all other channels waiting for ever. What it says too late is heard when it is asked again.

    Args:
        name: Of the channel.
        patience_s: How long a message may take in all.
        send: Hands one message over and says how it was received.
    """

    def __init__(self, name: str, patience_s: float, send: Callable[[Message], str]) -> None:
        self._name, self._patience_s, self._send = name, patience_s, send
        self._under_way: dict[str, Future[str]] = {}

    def __call__(self, message: Message) -> str:
        """Hand a message over.

        Raises:
            BadInput: It will never be taken.
            Unavailable: It was not taken, or nobody knows in time.
        """
        received = self._under_way.get(message.delivery)
        if received is None and len(self._under_way) < MOST_UNDER_WAY:
            received = self._under_way[message.delivery] = Future()
            threading.Thread(
                target=self._hand_over, args=(message, received), name="delivery", daemon=True
            ).start()
        if received is not None:
            wait((received,), self._patience_s)
            if received.done():
                del self._under_way[message.delivery]
                return received.result()
        raise Unavailable(
            say(
                "{channel} does not answer within {seconds} s.",
                channel=self._name,
                seconds=round(self._patience_s),
            )
        )

    def _hand_over(self, message: Message, received: Future[str]) -> None:
        try:
            received.set_result(self._send(message))
        except Exception as error:  # it belongs to whoever waits
            received.set_exception(error)


def _mail(channel: SmtpChannel, folder: DataFolder, message: Message) -> str:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.recipients)
    mail["Message-ID"] = f"<{message.delivery}@{channel.sender.rpartition('@')[2]}>"
    mail.set_content(message.to_text())
    try:
        with _smtp(channel) as server:
            if channel.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if channel.username is not None:
                server.login(channel.username, _secret(channel, folder))
            refused = server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        kind = BadInput if min(codes) >= 500 else Unavailable
        raise kind(
            say(
                "{host} refuses every recipient ({codes}).", host=channel.host, codes=_listed(codes)
            )
        ) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        kind = BadInput if error.smtp_code >= 500 else Unavailable
        raise kind(
            say("{host} refuses the message ({code}).", host=channel.host, code=error.smtp_code)
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Unavailable(
            say("{host} refuses the user or the password.", host=channel.host)
        ) from error
    except OSError as error:
        raise Unavailable(
            say(
                "{host} cannot be reached by mail: {cause}.", host=channel.host, cause=_cause(error)
            )
        ) from error
    if refused:
        return say(
            "accepted; {refused} of {recipients} recipients refused",
            refused=len(refused),
            recipients=len(channel.recipients),
        )
    return say("accepted by the mail server")


def _smtp(channel: SmtpChannel) -> smtplib.SMTP:
    if channel.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            channel.host, channel.port, timeout=_SMTP_PATIENCE_S, context=context
        )
    return smtplib.SMTP(channel.host, channel.port, timeout=_SMTP_PATIENCE_S)


def _post(channel: WebhookChannel, folder: DataFolder, message: Message) -> str:
    body = message.to_json()
    signature = hmac.digest(_secret(channel, folder).encode(), body, hashlib.sha256).hex()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": message.delivery,
        SIGNATURE: f"sha256={signature}",
    }
    try:
        # What else is answered is not read: nobody knows how much it is.
        with httpx.stream(
            "POST", channel.url, content=body, headers=headers, timeout=channel.timeout_s
        ) as answer:
            code, taken = answer.status_code, answer.is_success
    except httpx.HTTPError as error:
        raise Unavailable(
            say("{channel} cannot be reached: {cause}.", channel=channel.name, cause=_kind(error))
        ) from error
    if taken:
        return say("received")
    kind = BadInput if code in _HOPELESS else Unavailable
    raise kind(say("{channel} answered {code}.", channel=channel.name, code=code))


def _secret(channel: SmtpChannel | WebhookChannel, folder: DataFolder) -> str:
    secret = channel.secret(folder)
    if not secret:
        raise Unavailable(
            say(
                "The channel {channel} has no secret: write it to secrets/handover-{channel} in "
                "the data folder, for this user alone (chmod 600).",
                channel=channel.name,
            ),
            actor=Actor.ADMINISTRATOR,
        )
    return secret


def _listed(codes: set[int]) -> str:
    return ", ".join(map(str, sorted(codes)))


def _cause(error: OSError) -> str:
    return error.strerror or _kind(error)


def _kind(error: Exception) -> str:
    return type(error).__name__
