"""Replays the acts of an export: what was in force at a moment, and under which text.

The fold is the one that the gate asks (:mod:`beffroi.mandate.procedure.standing`); nothing here
knows better.
"""

from dataclasses import dataclass
from datetime import datetime

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.append import Kind
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.exchange.contents import Contents
from beffroi.mandate.exchange.records import ActRecord, AlertRecord, UseRecord
from beffroi.mandate.hours import within_hours
from beffroi.mandate.lawful import objection, refused
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import WIDENING, ActType
from beffroi.mandate.procedure.adoption import binding
from beffroi.mandate.procedure.standing import BEFORE_VOTE, FOLLOWS, State, counted_from, stand
from beffroi.mandate.use_text import WrittenUse
from beffroi.store.procedure import Act


@dataclass(frozen=True, slots=True)
class ExportedUse:
    """One use of an export.

    Args:
        written: The text that was voted, or the one last drafted.
        voted: The definition that it applies.
        acts: Those on it, in order.
    """

    written: WrittenUse
    voted: VotedText
    acts: list[Act]


class Replay:
    """The acts of an export, ready to be asked about any moment.

    Args:
        contents: The export, held against its ledger already.

    Raises:
        Tampered: An act is about nothing that is in the export, or could not have been taken.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._changes = [act.row() for act in contents.acts if act.use is None]
        self._stacks: dict[tuple[str, ...], Stack] = {}
        drafted: dict[str, str] = {}
        for entry in contents.of_kind(Kind.USE_DRAFTED, Kind.USE_REVISED):
            if entry.told is not None:
                drafted[entry.told["use"]] = entry.told["text"]
        # The line of a draft may have lost its content; its text is known by its hash all the same.
        for use in contents.uses:
            drafted.setdefault(use.use, use.text)
        self._matters = {use: self._matter(use, text) for use, text in sorted(drafted.items())}
        for act in contents.acts:
            self._require_subject(act)
            _require_two_people(act)
        for matter in self._matters.values():
            _require_order(matter)

    def states(self, now: datetime) -> tuple[UseRecord, ...]:
        """Where every use stands at a moment."""
        return tuple(self._state(matter, now) for matter in self._matters.values())

    def against(self, alert: AlertRecord, now: datetime) -> str | None:
        """Why an alert had no mandate at a moment; None if it had."""
        matter = self._matters.get(alert.use)
        if matter is None:
            return "there is no such use"
        text, definition = matter.written.text, matter.voted.definition
        state = stand(matter.acts, text, now).state
        if state is not State.IN_FORCE:
            return f"the use was {state}"
        if (alert.definition, alert.event) != (text.definition, definition.event):
            return "the definition is not the one that was voted"
        if text.mode is not Mode.LIVE:
            return f"what was voted is {text.mode}, which raises no alerts"
        if alert.camera not in text.cameras:
            return "this camera was not voted"
        if not within_hours(text.hours, text.timezone, now):
            return "it was outside the hours that were voted"
        return objection(self._stack(now), definition, text, now)

    def _matter(self, use: str, drafted: str) -> ExportedUse:
        acts = [act.row() for act in self._contents.acts if act.use == use]
        voted = [act.subject_digest for act in acts if act.type == ActType.VOTE]
        written = self._contents.texts.get(voted[-1] if voted else drafted)
        if written is None or written.text.use != use:
            raise Tampered(f"The text of {use} is not in the export.")
        definition = self._contents.definitions.get(written.text.definition)
        if definition is None:
            raise Tampered(f"The definition that {use} applies is not in the export.")
        return ExportedUse(written, definition, acts)

    def _state(self, matter: ExportedUse, now: datetime) -> UseRecord:
        text = matter.written.text
        state = stand(matter.acts, text, now).state
        definition = matter.voted.definition
        if state in BEFORE_VOTE and refused(self._stack(now), definition, text, now) is not None:
            state = State.REFUSED
        return UseRecord(
            use=text.use, text=matter.written.digest, definition=text.definition, state=state.value
        )

    def _stack(self, now: datetime) -> Stack:
        bound = tuple(sorted(binding(self._changes, now).values()))
        if bound not in self._stacks:
            try:
                self._stacks[bound] = Stack(self._contents.doctrines[one] for one in bound)
            except BadInput as error:
                when = f"{now:%Y-%m-%d}"
                raise Tampered(f"The doctrines in force on {when} do not stand: {error}") from error
        return self._stacks[bound]

    def _require_subject(self, act: ActRecord) -> None:
        papers = {document.document for document in self._contents.documents}
        if act.document is not None and act.document not in papers:
            raise Tampered(f"{act.name} cites a document that is not in the export.")
        if act.use is not None:
            written = self._contents.texts.get(act.decided_upon)
            known = written is not None and written.text.use == act.use
        else:
            text = self._contents.doctrines.get(act.decided_upon)
            known = text is not None and text.doctrine.id == act.doctrine
        if not known or (act.use is not None and act.use not in self._matters):
            raise Tampered(f"{act.name} decides upon a text that is not in the export.")


def _require_two_people(act: ActRecord) -> None:
    if (act.confirmed_by is None) is not (act.confirmed_at is None):
        raise Tampered(f"{act.name} says by whom it was confirmed or when, and not both.")
    if act.confirmed_by is None:
        return
    if act.type not in WIDENING:
        raise Tampered(f"{act.name} is one that nobody confirms.")
    if act.confirmed_by == act.recorded_by:
        raise Tampered(f"{act.name} was recorded and confirmed by the same person.")


def _require_order(matter: ExportedUse) -> None:
    """Every act that counts could follow from where the use stood when it came to count."""
    timed = sorted(
        ((moment, act.number, act) for act in matter.acts if (moment := counted_from(act))),
        key=lambda one: one[:2],
    )
    before: list[Act] = []
    for moment, number, act in timed:
        state = stand(before, matter.written.text, moment).state
        if state not in FOLLOWS.get(ActType(act.type), frozenset()):
            raise Tampered(
                f"Act {number} ({act.type} on {act.use_id}) could not follow: the use was {state}."
            )
        before.append(act)
