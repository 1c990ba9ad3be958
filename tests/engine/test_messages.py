"""What passes between processes stays what it was, sentences in all languages among it."""

import copy
from datetime import UTC, datetime

from beffroi.engine.messages import Report, reports_from_line, reports_to_line
from beffroi.web.i18n import load_languages
from beffroi.web.telling import tell
from beffroi.words import Quoted, Words, say, together

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_sentence_can_be_told_in_another_language_after_its_way_through_a_pipe() -> None:
    fault = say("{use}: {reason}", use="falls", reason=say("the server stopped"))
    detail = together([fault, Quoted({"en": "why", "fr": "pourquoi"})], "; ")
    (report,) = reports_from_line(reports_to_line([Report("gate", "watching", detail, 3, 1)]))
    assert report == Report("gate", "watching", "falls: the server stopped; why", 3, 1)
    french = tell(load_languages()["fr"], report.detail)
    assert french == "falls\N{NO-BREAK SPACE}: le serveur s’est arrêté; pourquoi"
    assert tell(load_languages()["fr"], copy.deepcopy(detail)) == french


def test_days_and_moments_stay_what_they_are() -> None:
    detail = say("{when:%d/%m/%Y}, {day:%Y}, {rate:.1f}", when=NOON, day=NOON.date(), rate=2.25)
    (report,) = reports_from_line(reports_to_line([Report("gate", "off", detail, 0, 0)]))
    assert report.detail == detail == "22/11/2026, 2026, 2.2"
    assert isinstance(report.detail, Words)
    assert report.detail.values == detail.values
