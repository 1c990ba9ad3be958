"""What the readable files of an exported mandate say; each is held against the ledger."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, ValidationError

from beffroi.errors import BadInput
from beffroi.ledger.leaf import utc_text
from beffroi.mandate.procedure.acts import ActType
from beffroi.problems import in_one_line
from beffroi.store.alerts import Alert
from beffroi.store.base import Json
from beffroi.store.cameras import CameraVersion
from beffroi.store.procedure import Act, Document

Moment = Annotated[AwareDatetime, PlainSerializer(utc_text, return_type=str)]


class Record(BaseModel):
    """A row as it is exported; fields that the ledger tells of bear the names they have there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    untold: ClassVar[frozenset[str]]
    """Fields that its line of the ledger does not repeat."""

    @property
    def told(self) -> Json:
        """What its line of the ledger must say."""
        return self.model_dump(mode="json", exclude=set(self.untold))


class ActRecord(Record):
    """One act."""

    untold = frozenset({"recorded_by", "recorded_at", "confirmed_by", "confirmed_at"})

    number: int
    act: str
    use: str | None
    doctrine: str | None
    type: ActType
    body: str
    date: str
    reference: str
    motives: str
    details: Json
    document: str | None
    decided_upon: str
    recorded_by: str
    recorded_at: Moment
    confirmed_by: str | None
    confirmed_at: Moment | None

    @classmethod
    def of(cls, row: Act) -> Self:
        """An act of this installation."""
        return cls(
            number=row.number,
            act=row.id,
            use=row.use_id,
            doctrine=row.doctrine_id,
            type=ActType(row.type),
            body=row.body,
            date=row.date,
            reference=row.reference,
            motives=row.motives,
            details=row.details,
            document=row.document_digest,
            decided_upon=row.subject_digest,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
        )

    def row(self) -> Act:
        """The act as the procedure reads it."""
        return Act(
            id=self.act,
            number=self.number,
            use_id=self.use,
            doctrine_id=self.doctrine,
            type=self.type.value,
            body=self.body,
            date=self.date,
            reference=self.reference,
            motives=self.motives,
            details=self.details,
            subject_digest=self.decided_upon,
            document_digest=self.document,
            recorded_by=self.recorded_by,
            recorded_at=self.recorded_at,
            confirmed_by=self.confirmed_by,
            confirmed_at=self.confirmed_at,
        )

    @property
    def name(self) -> str:
        """How it is called in a complaint."""
        return f"Act {self.number} ({self.type} on {self.use or self.doctrine})"


class CameraRecord(Record):
    """One version of a camera that a use names; never its credentials."""

    untold = frozenset({"since"})

    camera: str
    number: int
    name: str
    address: str
    masks: list[Any]
    ground: list[Any] | None
    place: Json
    since: Moment

    @classmethod
    def of(cls, row: CameraVersion) -> Self:
        """A version of a camera of this installation."""
        return cls(
            camera=row.camera_id,
            number=row.number,
            name=row.name,
            address=row.address,
            masks=row.masks,
            ground=row.ground,
            place=row.place,
            since=row.since,
        )


class DocumentRecord(Record):
    """A document that an act cites.

    Attributes:
        document: SHA-256 of its bytes.
        name: Its name.
        bytes: Its length.
        file: Where its bytes are in the export; None where only the hash travels.
    """

    untold = frozenset({"file"})

    document: str
    name: str
    bytes: int
    file: str | None

    @classmethod
    def of(cls, row: Document, *, public: bool) -> Self:
        """A document of this installation."""
        suffix = row.name[row.name.rfind(".") :].lower()
        file = f"documents/{row.digest}{suffix}" if public else None
        return cls(document=row.digest, name=row.name, bytes=len(row.content), file=file)


class AlertRecord(Record):
    """One alert, without anybody in it.

    Attributes:
        state: Where it stood when it was exported; all else is proven, this is told.
    """

    untold = frozenset({"raised_at", "state"})

    alert: str
    camera: str
    event: str
    definition: str
    use: str
    raised_at: Moment
    state: str

    @classmethod
    def of(cls, row: Alert) -> Self:
        """An alert of this installation."""
        return cls(
            alert=row.id,
            camera=row.camera_id,
            event=row.event,
            definition=row.definition_digest,
            use=row.use_id,
            raised_at=row.raised_at,
            state=row.state,
        )


class UseRecord(BaseModel):
    """Where a use stood at the time of the checkpoint, so that a reader need not fold the acts.

    Attributes:
        use: Its id.
        text: SHA-256 of the text that was voted, or of the one last drafted while none was.
        definition: SHA-256 of the definition that it applies.
        state: Where it stood.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: str
    text: str
    definition: str
    state: str


Model = TypeVar("Model", bound=BaseModel)

ACTS: Final = "acts.json"
CAMERAS: Final = "cameras.json"
DOCUMENTS: Final = "documents.json"
ALERTS: Final = "alerts.json"
USES: Final = "uses.json"
LEDGER: Final = "ledger.json"
CHECKPOINT: Final = "checkpoint.txt"
KEY: Final = "key.txt"
README: Final = "README.txt"


def dump(records: Sequence[BaseModel]) -> list[Json]:
    """Records as plain values."""
    return [record.model_dump(mode="json") for record in records]


def parse(name: str, data: bytes, model: type[Model]) -> tuple[Model, ...]:
    """The records in a file of the export.

    Raises:
        BadInput: They are not of that kind.
    """
    try:
        records = json.loads(data, object_pairs_hook=_each_key_once)
        return tuple(model.model_validate(fields) for fields in records)
    except RecursionError as error:
        raise BadInput(f"{name} cannot be read: it is nested too deeply.") from error
    except (TypeError, ValueError) as error:
        reason = in_one_line(error, "a line") if isinstance(error, ValidationError) else error
        raise BadInput(f"{name} cannot be read: {reason}.") from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> Json:
    """An object of which no two readers take different values."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is written twice")
    return dict(pairs)
