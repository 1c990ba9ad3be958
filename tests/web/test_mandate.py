"""The pages of the mandate: who sees and records what, and forms that lose nothing."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.rights import Role
from beffroi.mandate.uses import UseSpec, draft_use, find_use, state_of
from beffroi.store.procedure import Act, Document
from tests.enacting import LAW, adopt, enact
from tests.web.town import ZONES, Town, csrf, definition, seen, signed_in

USE = "/city/uses/new"
PAPER = {"file": ("Procès-verbal.txt", b"minutes of May", "text/plain")}


@pytest.fixture
def draft(town: Town) -> str:
    """A use of the fictional law that nobody has decided upon yet."""
    now = town.clock.now()
    spec = UseSpec(
        purpose="Porter secours.",
        law=LAW,
        legal_basis="Loi fictive, article 1",
        starts_at=now,
        ends_at=now + timedelta(days=30),
        cameras={"square": ZONES},
    )
    voted = definition(EvidenceClass.SKELETON)
    with town.database.write() as session:
        draft_use(session, "new", voted, spec, actor="clerk", clock=town.clock)
    return "new"


def act(client: httpx.Client, kind: str, files: Any = None, **fields: str) -> httpx.Response:
    """Record an act through its form."""
    path = f"{USE}/acts/{kind}"
    said = {"body": "Conseil", "date": "2026-05-04", "reference": "2026-7", "motives": "Débattu."}
    page = client.get(path).text
    sent = {"csrf": csrf(page), "seen": seen(page)} | said | fields
    return client.post(path, data=sent, files=files)


def vote(client: httpx.Client, **fields: str) -> httpx.Response:
    roll = {"members": "3", "votes_for": "Ada\nBen", "votes_against": "Cem", "abstained": ""}
    return act(client, "vote", PAPER, **(roll | fields))


def test_what_comes_first_stands_out_and_what_is_others_is_no_button(
    client: httpx.Client, town: Town, draft: str
) -> None:
    asked = 'class="button primary" href="/city/uses/new/acts/vote"'
    with signed_in(client, town, "clerk"):
        assert asked in client.get(USE).text
        vote(client)
        act(client, "publication", url="https://town.example/new", effect_on="2026-05-04")
    with signed_in(client, town, "secretary"):
        assert "First: look at what waits, and confirm it" in client.get(USE).text
    with signed_in(client, town, "inspector"):
        page = client.get(USE).text
    assert "Recorded by: Clerk, Council secretary" in page
    assert "/city/uses/new/acts/" not in page
    with town.database.write() as session:
        adopt(session, town.clock, shipped_doctrines()["belfort-fiction"])
    with signed_in(client, town, "clerk"):
        page = client.get("/city/uses/new/acts/consultation_opened").text
    assert "At least 15 days with the first and the last (belfort-fiction, art-3)." in page


def state(town: Town) -> str:
    with town.database.read() as session:
        return state_of(session, find_use(session, "new"), town.clock.now()).value


def test_from_the_draft_to_the_repeal(client: httpx.Client, town: Town, draft: str) -> None:
    with signed_in(client, town, "clerk"):
        assert vote(client).url.fragment.startswith("act-")
        assert state(town) == "vote"
        published = act(
            client, "publication", url="https://town.example/new", effect_on="2026-05-04"
        )
        assert "a second person has confirmed it" in published.text
        assert state(town) == "vote", "what widens takes two people"
    with town.database.read() as session:
        waiting = session.scalars(select(Act).where(Act.type == "publication")).all()[-1].id
    with signed_in(client, town, "secretary") as browser:
        page = browser.post(f"/city/acts/{waiting}/confirm", f"/city/acts/{waiting}")
        assert page.status_code == 200
        assert state(town) == "in_force"
        act(client, "suspension", by="council")
        assert state(town) == "suspended"
        act(client, "resumption", by="council")
    with town.database.read() as session:
        waiting = session.scalars(select(Act).where(Act.type == "resumption")).all()[-1].id
    with signed_in(client, town, "clerk") as browser:
        browser.post(f"/city/acts/{waiting}/confirm", f"/city/acts/{waiting}")
        assert state(town) == "in_force"
        act(client, "repeal")
        assert state(town) == "repealed"


def test_nobody_confirms_their_own_act(client: httpx.Client, town: Town, draft: str) -> None:
    with signed_in(client, town, "clerk") as browser:
        vote(client)
        act(client, "publication", url="https://town.example/new", effect_on="2026-05-04")
        with town.database.read() as session:
            waiting = session.scalars(select(Act).where(Act.type == "publication")).all()[-1].id
        page = browser.get(f"/city/acts/{waiting}")
        assert "You recorded it yourself" in page.text
        token = csrf(page.text)
        answer = client.post(f"/city/acts/{waiting}/confirm", data={"csrf": token})
        assert answer.status_code == 403
        assert "somebody else must confirm it" in answer.text
    assert state(town) == "vote"


def test_a_form_that_cannot_be_used_comes_back_as_it_was_typed(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        page = vote(client, members="many", reference="№ 12 <b>", votes_against="Dora\nEve")
        assert page.status_code == 400
        assert "Give a whole number." in page.text
        assert 'value="№ 12 &lt;b&gt;"' in page.text
        assert "Dora\nEve</textarea>" in page.text
        with town.database.read() as session:
            paper = session.scalars(
                select(Document).where(Document.name == "Procès-verbal.txt")
            ).one()
            digest = paper.digest
        assert f'value="{digest}"' in page.text, "the attachment need not be picked again"
        again = {"members": "3", "votes_for": "Ada", "document": digest}
        assert act(client, "vote", **again).status_code == 200
    assert state(town) == "vote"


def test_a_rule_that_refuses_says_so_on_the_form(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        page = vote(client, votes_against="Ada")
        assert page.status_code == 403
        assert "Somebody is named twice in the roll call." in page.text
        french = client.get(f"{USE}/acts/publication?lang=fr").text
    assert "Cet acte ne peut pas suivre" in french
    assert state(town) == "draft"


def test_nobody_votes_on_a_text_that_was_changed_under_the_form(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        page = vote(client, seen="0" * 64)
        assert page.status_code == 403
        assert "Somebody changed the text meanwhile." in page.text
    assert state(town) == "draft"


def test_an_act_without_its_paper_is_refused(client: httpx.Client, town: Town, draft: str) -> None:
    with signed_in(client, town, "clerk"):
        page = act(client, "vote", members="3", votes_for="Ada")
        assert "comes with its document" in page.text
        late = vote(client, members="3")
        assert late.status_code == 200


@pytest.mark.parametrize(
    ("role", "act_type", "status"),
    [
        (Role.CLERK, ActType.OPINION, 200),
        (Role.SECRETARY, ActType.VOTE, 200),
        (Role.DPO, ActType.OPINION, 200),
        (Role.DPO, ActType.VOTE, 403),
        (Role.COMMITTEE, ActType.OPINION, 200),
        (Role.COMMITTEE, ActType.REPEAL, 403),
        (Role.SUPERVISOR, ActType.SUSPENSION, 200),
        (Role.SUPERVISOR, ActType.PUBLICATION, 403),
        (Role.INSPECTOR, ActType.OPINION, 403),
        (Role.OPERATOR, ActType.SUSPENSION, 403),
        (Role.TECHNICIAN, ActType.VOTE, 403),
        (Role.ADMINISTRATOR, ActType.VOTE, 403),
    ],
)
def test_forms_by_role(
    client: httpx.Client, town: Town, draft: str, role: Role, act_type: ActType, status: int
) -> None:
    with signed_in(client, town, role.value):
        assert client.get(f"{USE}/acts/{act_type}").status_code == status


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CLERK, 200),
        (Role.SECRETARY, 200),
        (Role.DPO, 200),
        (Role.COMMITTEE, 200),
        (Role.INSPECTOR, 200),
        (Role.SUPERVISOR, 200),
        (Role.OPERATOR, 403),
        (Role.TECHNICIAN, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_pages_by_role(
    client: httpx.Client, town: Town, draft: str, role: Role, status: int
) -> None:
    with town.database.write() as session:
        enact(session, "new", ActType.WORKER_NOTICE, town.clock)
        paper = session.scalars(select(Document.digest)).first()
    with signed_in(client, town, role.value):
        for path in ("/city", USE, f"/city/documents/{paper}"):
            assert client.get(path).status_code == status, path


def test_an_opinion_is_ones_own(client: httpx.Client, town: Town, draft: str) -> None:
    said = {"outcome": "favourable", "interests": "none"}
    with signed_in(client, town, "committee"):
        assert "Pick one of the list." in act(client, "opinion", PAPER, by="dpo", **said).text
        act(client, "opinion", PAPER, by="ai_committee", **said)
    with signed_in(client, town, "clerk"):
        refused = act(client, "opinion", PAPER, by="dpo", **said)
        assert refused.status_code == 400
    with town.database.read() as session:
        heard = session.scalars(select(Act).where(Act.type == "opinion")).all()
        assert [given.details["by"] for given in heard] == ["ai_committee"]


def test_a_supervisor_suspends_and_nothing_else(client: httpx.Client, town: Town) -> None:
    path = "/city/uses/use-skeleton/acts/suspension"
    with signed_in(client, town, "supervisor"):
        form = {"body": "S", "date": "2026-05-04", "reference": "1", "motives": "m"}
        page = client.get(path).text
        form |= {"csrf": csrf(page), "seen": seen(page)}
        no = client.post(path, data=form | {"by": "council"})
        assert no.status_code == 400
        client.post(path, data=form | {"by": "supervisor"})
        assert "Stopped by: Supervisor" in client.get("/city/uses/use-skeleton").text


def test_what_people_say_is_entered_and_answered(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk") as browser:
        dates = {"opens": "2026-05-04", "closes": "2026-05-04", "where": "town hall"}
        act(client, "consultation_opened", **dates)
        said = {"text": "And at night?", "channel": "letter"}
        page = browser.post(f"{USE}/contributions", USE, **said)
        assert "Waits for its answer" not in page.text, "whoever can answer is given the form"
        assert "And at night?" in page.text
        refused = browser.post(f"{USE}/contributions", USE, text=" ", channel="letter")
        assert refused.status_code == 400
        number = page.text.partition("/city/contributions/")[2].partition("/")[0]
        page = browser.post(f"/city/contributions/{number}/answer", USE, text="It ends at 22:00.")
        assert "It ends at 22:00." in page.text
    with signed_in(client, town, "inspector") as browser:
        token = csrf(browser.get("/city").text)
        form = {"csrf": token, "text": "no", "channel": "no"}
        assert client.post(f"{USE}/contributions", data=form).status_code == 403


def test_an_attachment_is_saved_never_opened(client: httpx.Client, town: Town, draft: str) -> None:
    page = b"<script>alert(1)</script>"
    with signed_in(client, town, "clerk"):
        act(client, "worker_notice", {"file": ("Note été.html", page, "text/html")})
        with town.database.read() as session:
            digest = session.scalars(
                select(Document.digest).where(Document.name == "Note été.html")
            ).one()
        answer = client.get(f"/city/documents/{digest}")
        assert answer.content == page
        assert answer.headers["x-content-type-options"] == "nosniff"
        disposition = answer.headers["content-disposition"]
        assert disposition == "attachment; filename*=UTF-8''Note%20%C3%A9t%C3%A9.html"
        assert client.get(f"/city/documents/{'0' * 64}").status_code == 404


def test_a_large_paper_passes_and_a_larger_one_does_not(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        large = {"file": ("scan.pdf", b"%PDF" + bytes(1024 * 1024), "application/pdf")}
        assert act(client, "worker_notice", large).status_code == 200
        larger = {"file": ("scan.pdf", bytes(22 * 1024 * 1024), "application/pdf")}
        assert act(client, "worker_notice", larger).status_code == 413


def test_whoever_recorded_is_told_by_role_never_by_name(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        vote(client)
    with signed_in(client, town, "inspector"):
        page = client.get(USE).text
    assert "Recorded by: Clerk" in page
    assert "Clerk Martin" not in page


def test_a_use_that_was_tampered_with_is_named(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with town.database.write() as session:
        find_use(session, "new").text_digest = find_use(session, "use-skeleton").text_digest
    with signed_in(client, town, "inspector"):
        page = client.get("/city")
    assert page.status_code == 200
    assert "The stored text is that of another use." in page.text


def test_an_unknown_use_has_no_page(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "inspector"):
        assert client.get("/city/uses/nothing").status_code == 404
        assert client.get("/city/acts/nothing").status_code == 404
