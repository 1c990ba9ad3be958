"""What a use has counted, on its pages and as a file: nobody can be told from it."""

from datetime import timedelta

import httpx
import pytest

from beffroi.ledger.append import SYSTEM
from beffroi.mandate.counting import DETECTIONS, QUARTER, WATCHED_SECONDS, count
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.modes import Mode
from beffroi.mandate.uses import UseSpec, draft_use
from tests.enacting import LAW, put_in_force
from tests.web.town import ZONES, Town, definition, signed_in

EN = {"Accept-Language": "en"}


@pytest.fixture
def counting(town: Town) -> Town:
    """A use for statistics that yesterday watched half of the time and saw a few cars."""
    now = town.clock.now()
    spec = UseSpec(
        purpose="Compter.",
        law=LAW,
        legal_basis="Loi fictive, article 1",
        mode=Mode.STATISTICS,
        starts_at=now - timedelta(days=3),
        ends_at=now + timedelta(days=90),
        cameras={"square": ZONES},
    )
    with town.database.write() as session:
        voted = definition(EvidenceClass.NONE)
        draft_use(session, "cars", voted, spec, actor=SYSTEM, clock=town.clock)
        put_in_force(session, "cars", town.clock)
        day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        for number in range(48):
            moment = day + number * QUARTER
            for what, value in (
                (WATCHED_SECONDS, 900),
                (DETECTIONS, 0),
                ("passed:north:car", 1),
                ("passed:north:bus", int(number == 0)),
            ):
                count(session, "cars", "square", moment, what, value, now=moment)
    return town


def test_anybody_reads_what_was_counted_day_by_day(client: httpx.Client, counting: Town) -> None:
    page = client.get("/uses/cars", headers=EN).text
    for said in ("What it has counted", "720 of 1,440 min", "Cars at north", "Buses at north"):
        assert said in page, said
    assert "too few to be told" in page
    table = client.get("/uses/cars/counts.csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = [line.split(",") for line in table.text.splitlines()[1:]]
    cars = [int(value) for _, _, what, value, few in rows if what.endswith(":car") and not few]
    assert sum(cars) == 45
    assert all(value == 0 or value >= 5 for value in cars)


def test_the_office_reads_the_same_and_a_use_that_rings_counts_nothing(
    client: httpx.Client, counting: Town
) -> None:
    public = client.get("/uses/cars/counts.csv").text
    with signed_in(client, counting, "inspector") as browser:
        assert browser.get("/city/uses/cars/counts.csv").text == public
        assert "/city/uses/cars/counts.csv" in browser.get("/city/uses/cars").text
        assert "counts.csv" not in browser.get("/city/uses/use-clear").text
    assert client.get("/uses/nothing/counts.csv").status_code == 404


@pytest.mark.parametrize(
    ("what", "cell"),
    [
        ("passed:quai nord, 2:car", '"passed:quai nord, 2:car"'),
        ("=1+1", "'=1+1"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("passed:a;=1+1:car", "passed:a =1+1:car"),
        ("passed:a\t=1+1:car", "passed:a =1+1:car"),
    ],
)
def test_no_name_of_a_line_becomes_a_formula_in_a_spreadsheet(
    client: httpx.Client, counting: Town, what: str, cell: str
) -> None:
    moment = counting.clock.now() - timedelta(days=1)
    with counting.database.write() as session:
        count(session, "cars", "square", moment, what, 9, now=moment)
    table = client.get("/uses/cars/counts.csv").text
    assert f",square,{cell},9," in table
