"""Machine settings: where this installation keeps, listens and hands over.

Nothing here says what may be detected: that is voted, and lives in the database with its acts.
Values come from `beffroi.yaml`, then the environment (`BEFFROI_WEB__PORT=8080`), then secret
files; the later source wins. A wrong key stops the program, for a silent typo is a camera that
nobody watches or a port that everybody reaches.
"""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from beffroi.errors import BadInput
from beffroi.folder import DataFolder
from beffroi.problems import in_plain_words

__all__ = ["DataFolder", "Settings"]

PREFIX = "BEFFROI_"
NOT_SETTINGS = frozenset(
    PREFIX + name
    for name in (
        "AS",
        "DATA",
        "MODELS",
        "PASSWORD_FILE",
        "REAL_DATA",
        "TEST_DATABASE_URL",
        "TRACEBACK",
    )
)
"""Environment variables of ours that say where to look, and so cannot be settings."""


class Group(BaseModel):
    """One concern; frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WebSettings(Group):
    """The command centre's and the public pages' server."""

    host: str = Field(
        "127.0.0.1",
        title="Address to listen on",
        description="Stays on this machine by default; put a TLS proxy in front to go further.",
        min_length=1,
    )
    port: int = Field(
        8765, title="Port", description="TCP port; 0 takes any free one.", ge=0, le=65535
    )
    trusted_proxy: IPvAnyNetwork | None = Field(
        None,
        title="TLS proxy",
        description="Address or network of the proxy in front, the only one that is believed when "
        "it says for whom it asks (`X-Forwarded-For`) and how (`X-Forwarded-Proto`).",
    )


class EngineSettings(Group):
    """The processes that decode and analyse."""

    hosts: int = Field(
        1,
        title="Engine hosts",
        description="Processes that decode; a crash costs the cameras of one of them.",
        ge=1,
        le=64,
    )
    cameras_per_host: int = Field(
        16, title="Cameras per host", description="Most cameras one process opens.", ge=1, le=256
    )
    pose_input: tuple[int, int] = Field(
        (288, 512),
        title="Pose input",
        description="Height and width read by the pose model, one of the sizes in its manifest; "
        "larger sees smaller people and costs more.",
    )
    precision: Literal["f32", "bf16", "int8"] = Field(
        "f32",
        title="Precision",
        description="Arithmetic of the pose model: `f32`, or `bf16` where the processor has it, or "
        "`int8`, which needs less than half the time. A use runs only if its definition admits it.",
    )
    watts_per_core: float = Field(
        15,
        title="Power of a core",
        description="Watts that a core draws while it computes, from which energy is estimated "
        "where the processors' own counters cannot be read. The default is above what most do.",
        gt=0,
        le=200,
    )


class AlertSettings(Group):
    """How long an alert waits for a person, and how many may."""

    escalate_after_s: float = Field(
        120,
        title="Escalation",
        description="Seconds without a verdict after which a supervisor sees the alert too.",
        ge=5,
        le=3600,
    )
    lapse_after_s: float = Field(
        3600,
        title="Lapse",
        description="Seconds without a verdict after which the alert is counted as never judged.",
        ge=60,
        le=7 * 86400,
    )
    per_hour: int = Field(
        60,
        title="Storm",
        description="Alerts of one use on one camera within an hour after which further "
        "detections are counted into the alert that waits, which a supervisor then sees too.",
        ge=1,
        le=3600,
    )


class Channel(Group):
    """Somewhere a confirmed alert can be handed over to, by a click.

    Its password or token is never a setting: it lies in the file `secrets/handover-<name>`.
    """

    name: str = Field(
        title="Name",
        description="What operators choose by; also names the secret file.",
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
    )

    def secret(self, folder: DataFolder) -> str | None:
        """The channel's password or token, if it has one."""
        return folder.secret(f"handover-{self.name}")


class SmtpChannel(Channel):
    """Handing over by electronic mail."""

    type: Literal["smtp"] = Field(title="Kind", description="Always `smtp`.")
    host: str = Field(title="Server", description="Name of the mail server.", min_length=1)
    port: int = Field(587, title="Port", description="TCP port of the server.", ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", title="Encryption", description="`none` is for a server on this machine."
    )
    username: str | None = Field(
        None, title="User", description="Left out where the server asks for none."
    )
    sender: str = Field(title="Sender", description="Address of the sender.", pattern="^.+@.+$")
    recipients: tuple[Annotated[str, Field(pattern="^.+@.+$")], ...] = Field(
        title="Recipients", description="Who receives the message.", min_length=1
    )


class WebhookChannel(Channel):
    """Handing over by an HTTP request to another system."""

    type: Literal["webhook"] = Field(title="Kind", description="Always `webhook`.")
    url: str = Field(
        title="Address",
        description="Receives one JSON message by POST.",
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/]).+",
    )
    timeout_s: float = Field(
        10, title="Patience", description="Seconds to wait for an answer.", gt=0, le=60
    )


class HandoverSettings(Group):
    """Where a confirmed alert may go once a named person says so."""

    channels: tuple[Annotated[SmtpChannel | WebhookChannel, Field(discriminator="type")], ...] = (
        Field((), title="Channels", description="Mail servers and webhooks, each with a name.")
    )

    @field_validator("channels")
    @classmethod
    def _names_differ(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        names = [channel.name for channel in channels]
        if len(set(names)) < len(names):
            raise ValueError("two channels have the same name")
        return channels


class LedgerSettings(Group):
    """How often the ledger is signed, and who keeps a copy of the signature."""

    witnesses: tuple[Path, ...] = Field(
        (),
        title="Witnesses",
        description="Files that receive every checkpoint, on other disks or machines; relative "
        "paths start in the data folder.",
    )
    checkpoint_every_s: float = Field(
        1, title="Signing", description="Most seconds between checkpoints.", ge=0.1, le=60
    )


class Settings(BaseSettings):
    """The whole installation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database_url: str = Field(
        title="Database",
        description="SQLAlchemy address of a PostgreSQL database; left out, a SQLite file in the "
        "data folder. An address with a password belongs in the file `secrets/database_url`.",
        min_length=1,
    )
    web: WebSettings = Field(WebSettings(), title="Web server")
    engine: EngineSettings = Field(EngineSettings(), title="Engine")
    alerts: AlertSettings = Field(AlertSettings(), title="Alerts")
    handover: HandoverSettings = Field(HandoverSettings(), title="Handing over")
    ledger: LedgerSettings = Field(LedgerSettings(), title="Ledger")

    @classmethod
    def load(cls, folder: DataFolder) -> Self:
        """Read the settings of a data folder.

        Raises:
            BadInput: A key is unknown, a value is out of range, or the file is not YAML.
            Unavailable: A secret cannot be read, or others on this machine can read it too.
        """
        for name in cls.model_fields:
            folder.secret(name)  # pydantic reads secrets without asking who else can
        given = {"database_url": f"sqlite:///{folder.database}"} | _read_yaml(folder.config)
        _refuse_unknown_variables()
        try:
            # The folder of secrets is an argument of the base class, unknown to its type.
            return cls(_secrets_dir=folder.secrets if folder.secrets.is_dir() else None, **given)
        except ValidationError as error:
            raise BadInput("\n".join(_explain(detail) for detail in error.errors())) from None
        except SettingsError as error:
            raise BadInput(f"A {PREFIX}… environment variable cannot be read: {error}.") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Secret files win over the environment, which wins over the file."""
        folder = getattr(file_secret_settings, "secrets_dir", None)
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=folder, env_prefix="")
        return secrets, env_settings, init_settings


class Setting(NamedTuple):
    """One setting: its dotted name, the model that holds it, and its field."""

    path: str
    model: type[BaseModel]
    field: FieldInfo


def reference(model: type[BaseModel] = Settings, path: str = "") -> Iterator[Setting]:
    """Every setting, in the order of the reference page."""
    for name, field in model.model_fields.items():
        models = list(_models_within(field.annotation))
        if not models:
            yield Setting(path + name, model, field)
        for inner in models:
            yield from reference(inner, f"{path}{name}.")


def _models_within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_within(part)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path.name} cannot be read as YAML: {error}.") from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise BadInput(f"{path.name} must hold `name: value` lines.")
    return values


def _refuse_unknown_variables() -> None:
    """Refuse what the environment source would pass over without a word."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            head = variable.split("__", 1)[0]
            if head not in known:
                nearest = _nearest(head, known | NOT_SETTINGS)
                raise BadInput(f"The environment variable {variable} is not a setting{nearest}")


def _explain(error: ErrorDetails) -> str:
    # The place holds positions in lists and the kinds of channels besides the names of fields.
    names = [part for part in error["loc"] if isinstance(part, str)]
    dotted = ".".join(name for name in names if name not in ("smtp", "webhook"))
    if error["type"] == "extra_forbidden":
        known = {name for setting in reference() for name in _heads(setting.path)}
        return f"“{dotted}” is not a setting{_nearest(dotted, known)}"
    return f"The setting “{dotted}” cannot be used: {in_plain_words(error)}."


def _heads(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.4)
    return f"; did you mean “{close[0]}”?" if close else "."
