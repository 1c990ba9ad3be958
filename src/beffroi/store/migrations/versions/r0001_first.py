"""The first schema: one function a table, in the order in which they name each other."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    _account()
    _camera()
    _clock_doubt()
    _definition()
    _doctrine()
    _document()
    _equipment()
    _ledger_checkpoint()
    _ledger_entry()
    _ledger_node()
    _login_failure()
    _use_text()
    _annex()
    _camera_background()
    _camera_doubt()
    _camera_state()
    _camera_version()
    _commissioning()
    _ledger_erasure()
    _ledger_payload()
    _login_link()
    _use()
    _web_session()
    _act()
    _alert()
    _contribution()
    _duty_done()
    _learning_sample()
    _pause()
    _risk()
    _use_camera()
    _use_count()
    _assessment()
    _incident()
    _verdict()
    _delivery()


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login", name="uq_account_login"),
        sa.UniqueConstraint("pseudonym", name="uq_account_pseudonym"),
    )


def _camera() -> None:
    op.create_table(
        "camera",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_camera"),
    )


def _clock_doubt() -> None:
    op.create_table(
        "clock_doubt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ahead_s", sa.Double(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("cleared_by", sa.String(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clock_doubt"),
    )


def _definition() -> None:
    op.create_table(
        "definition",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_definition"),
    )
    op.create_index("ix_definition_event", "definition", ["event"])


def _doctrine() -> None:
    op.create_table(
        "doctrine",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("doctrine_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_doctrine"),
    )
    op.create_index("ix_doctrine_doctrine_id", "doctrine", ["doctrine_id"])


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("stored_by", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_document"),
    )


def _equipment() -> None:
    op.create_table(
        "equipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_equipment"),
    )


def _ledger_checkpoint() -> None:
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", SERIAL, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_ledger_checkpoint"),
    )


def _ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("position", SERIAL, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
        sa.UniqueConstraint("position", name="uq_ledger_entry_position"),
    )
    op.create_index("ix_ledger_entry_kind", "ledger_entry", ["kind"])
    op.create_index("ix_ledger_entry_at", "ledger_entry", ["at"])


def _ledger_node() -> None:
    op.create_table(
        "ledger_node",
        sa.Column("position", SERIAL, autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("position", "level", name="pk_ledger_node"),
        sqlite_with_rowid=False,
    )


def _login_failure() -> None:
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_login", "login_failure", ["login"])


def _use_text() -> None:
    op.create_table(
        "use_text",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_use_text"),
    )


def _annex() -> None:
    op.create_table(
        "annex",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_digest", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_digest"], ["definition.digest"], name="fk_annex_definition_digest"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annex"),
    )
    op.create_index("ix_annex_definition_digest", "annex", ["definition_digest"])


def _camera_background() -> None:
    op.create_table(
        "camera_background",
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name="fk_camera_background_camera_id"
        ),
        sa.PrimaryKeyConstraint("camera_id", name="pk_camera_background"),
    )


def _camera_doubt() -> None:
    op.create_table(
        "camera_doubt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("cleared_by", sa.String(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_camera_doubt_camera_id"),
        sa.PrimaryKeyConstraint("id", name="pk_camera_doubt"),
    )
    op.create_index("ix_camera_doubt_camera_id", "camera_doubt", ["camera_id"])


def _camera_state() -> None:
    op.create_table(
        "camera_state",
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("analysed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("spared", sa.Integer(), nullable=False),
        sa.Column("rate_hz", sa.Double(), nullable=True),
        sa.Column("person_px", sa.Double(), nullable=True),
        sa.Column("measured_at", sa.DateTime(), nullable=True),
        sa.Column("measured_version", sa.Integer(), nullable=True),
        sa.Column("energy_mwh", sa.Integer(), nullable=True),
        sa.Column("energy_estimated", sa.Boolean(), nullable=True),
        sa.Column("energy_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_camera_state_camera_id"),
        sa.PrimaryKeyConstraint("camera_id", name="pk_camera_state"),
    )


def _camera_version() -> None:
    op.create_table(
        "camera_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("masks", sa.JSON(), nullable=False),
        sa.Column("ground", sa.JSON(), nullable=True),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_camera_version_camera_id"),
        sa.PrimaryKeyConstraint("id", name="pk_camera_version"),
        sa.UniqueConstraint("camera_id", "number", name="uq_camera_version_camera_id"),
    )
    op.create_index("ix_camera_version_camera_id", "camera_version", ["camera_id"])


def _commissioning() -> None:
    op.create_table(
        "commissioning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_commissioning_camera_id"),
        sa.PrimaryKeyConstraint("id", name="pk_commissioning"),
    )
    op.create_index("ix_commissioning_camera_id", "commissioning", ["camera_id"])


def _ledger_erasure() -> None:
    op.create_table(
        "ledger_erasure",
        sa.Column("entry_id", SERIAL, nullable=False),
        sa.Column("erased_by", SERIAL, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name="fk_ledger_erasure_entry_id"
        ),
        sa.ForeignKeyConstraint(
            ["erased_by"], ["ledger_entry.id"], name="fk_ledger_erasure_erased_by"
        ),
        sa.PrimaryKeyConstraint("entry_id", name="pk_ledger_erasure"),
    )


def _ledger_payload() -> None:
    op.create_table(
        "ledger_payload",
        sa.Column("entry_id", SERIAL, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name="fk_ledger_payload_entry_id"
        ),
        sa.PrimaryKeyConstraint("entry_id", name="pk_ledger_payload"),
    )


def _login_link() -> None:
    op.create_table(
        "login_link",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_link_account_id"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_login_link"),
    )


def _use() -> None:
    op.create_table(
        "use",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("text_digest", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["text_digest"], ["use_text.digest"], name="fk_use_text_digest"),
        sa.PrimaryKeyConstraint("id", name="pk_use"),
    )


def _web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_web_session_account_id"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_web_session"),
    )
    op.create_index("ix_web_session_account_id", "web_session", ["account_id"])


def _act() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=True),
        sa.Column("doctrine_id", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("motives", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("subject_digest", sa.String(), nullable=False),
        sa.Column("document_digest", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_digest"], ["document.digest"], name="fk_act_document_digest"
        ),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_act_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sa.UniqueConstraint("number", name="uq_act_number"),
    )
    op.create_index("ix_act_doctrine_id", "act", ["doctrine_id"])
    op.create_index("ix_act_use_id", "act", ["use_id"])


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("definition_digest", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detected_at", sa.DateTime(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("shown_at", sa.DateTime(), nullable=True),
        sa.Column("escalated_at", sa.DateTime(), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("tracks", sa.JSON(), nullable=False),
        sa.Column("evidence_class", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("erase_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_alert_camera_id"),
        sa.ForeignKeyConstraint(
            ["definition_digest"], ["definition.digest"], name="fk_alert_definition_digest"
        ),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_alert_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index("ix_alert_camera_id", "alert", ["camera_id"])
    op.create_index("ix_alert_erase_at", "alert", ["erase_at"])
    op.create_index("ix_alert_state_raised_at", "alert", ["state", "raised_at"])
    columns = ["use_id", "camera_id", "raised_at"]
    op.create_index("ix_alert_use_id_camera_id_raised_at", "alert", columns)


def _contribution() -> None:
    op.create_table(
        "contribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_contribution_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contribution"),
    )
    op.create_index("ix_contribution_use_id", "contribution", ["use_id"])


def _duty_done() -> None:
    op.create_table(
        "duty_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=True),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("due_on", sa.String(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_duty_done_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_done"),
    )
    op.create_index("ix_duty_done_use_id", "duty_done", ["use_id"])


def _learning_sample() -> None:
    op.create_table(
        "learning_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_learning_sample_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_learning_sample"),
    )
    op.create_index("ix_learning_sample_use_id", "learning_sample", ["use_id"])


def _pause() -> None:
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("paused_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("resumed_by", sa.String(), nullable=True),
        sa.Column("resumed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_pause_camera_id"),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_pause_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pause"),
    )
    op.create_index("ix_pause_use_id", "pause", ["use_id"])


def _risk() -> None:
    op.create_table(
        "risk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("residual", sa.Integer(), nullable=False),
        sa.Column("review_on", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_risk_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_risk"),
    )
    op.create_index("ix_risk_use_id", "risk", ["use_id"])


def _use_camera() -> None:
    op.create_table(
        "use_camera",
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_use_camera_camera_id"),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_use_camera_use_id"),
        sa.PrimaryKeyConstraint("use_id", "camera_id", name="pk_use_camera"),
    )


def _use_count() -> None:
    op.create_table(
        "use_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("quarter", sa.DateTime(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name="fk_use_count_camera_id"),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_use_count_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_use_count"),
    )
    op.create_index(
        "ix_use_count_key", "use_count", ["use_id", "camera_id", "quarter", "what"], unique=True
    )


def _assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_digest", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name="fk_assessment_contribution_id"
        ),
        sa.ForeignKeyConstraint(
            ["text_digest"], ["use_text.digest"], name="fk_assessment_text_digest"
        ),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_assessment_use_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
    )
    op.create_index("ix_assessment_use_id", "assessment", ["use_id"])


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=True),
        sa.Column("reported_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name="fk_incident_risk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_risk_id", "incident", ["risk_id"])


def _verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_verdict_account_id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_verdict_alert_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
        sa.UniqueConstraint("alert_id", name="uq_verdict_alert_id"),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("verdict_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_delivery_account_id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_delivery_alert_id"),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name="fk_delivery_verdict_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_alert_id", "delivery", ["alert_id"])
