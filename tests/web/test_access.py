"""Who gets in, how, and what is refused."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import NotAuthorised
from beffroi.mandate.rights import PERMISSIONS, Permission, Role, abilities
from beffroi.store.accounts import LoginLink, WebSession
from beffroi.web.access import COOKIE, Acts, declared, refuse_undeclared
from beffroi.web.accounts import disable_account
from beffroi.web.routes import ROUTERS
from tests.web.town import PASSWORD, Town, csrf, signed_in

ROUTES = [route for router in ROUTERS for route in router.routes]
PUBLIC_PATHS = {
    "/",
    "/health",
    "/metrics",
    "/static/{path:path}",
    "/login",
    "/login/{token}",
    "/uses",
    "/uses.json",
    "/uses/{use_id}",
    "/uses/{use_id}/counts.csv",
    "/uses/{use_id}/documents/{digest}",
    "/uses/{use_id}/notice.pdf",
    "/uses/{use_id}/sign.pdf",
    "/definitions",
    "/definitions/{digest}",
    "/definitions/{digest}/text.json",
    "/doctrines",
    "/doctrines/{digest}",
    "/doctrines/{digest}/text.json",
    "/doctrines/documents/{digest}",
}


def test_every_route_declares_who_may_use_it() -> None:
    refuse_undeclared(ROUTES)
    for route in ROUTES:
        (declaration,) = declared(route.dependant)
        public = not hasattr(declaration, "permission")
        assert public == (route.path in PUBLIC_PATHS), route.path
        if "POST" in getattr(route, "methods", ()) and not public:
            assert isinstance(declaration, Acts), route.path


def test_the_application_has_no_other_route(app: FastAPI) -> None:
    served = [getattr(route, "original_router", route) for route in app.routes]
    assert all(route in ROUTERS or route in ROUTES for route in served)


def test_a_route_without_a_declaration_does_not_start() -> None:
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> None: ...

    with pytest.raises(NotAuthorised, match="/forgotten does not declare"):
        refuse_undeclared(router.routes)


def test_duties_are_kept_apart() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert Permission.SEE_ALERTS not in PERMISSIONS[Role.ADMINISTRATOR]
    assert Permission.RESUME_USE not in PERMISSIONS[Role.OPERATOR]
    judges = {role for role, given in PERMISSIONS.items() if Permission.JUDGE in given}
    assert judges == {Role.OPERATOR, Role.SUPERVISOR}


def test_a_closed_or_unknown_account_may_do_nothing(town: Town) -> None:
    account = town.account("operator")
    account.active = False
    assert not abilities(account)
    account.active, account.role = True, "mayor"
    assert not abilities(account)


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        (None, "/", 200),
        (None, "/health", 200),
        (None, "/console/queue", 401),
        ("operator", "/console", 200),
        ("operator", "/console/cameras", 200),
        ("operator", "/console/journal", 403),
        ("supervisor", "/console/journal", 200),
        ("technician", "/console", 403),
        ("technician", "/console/cameras/square/background", 403),
        ("inspector", "/console/journal", 200),
        ("administrator", "/console/events", 403),
    ],
)
def test_pages_by_role(
    client: httpx.Client, town: Town, login: str | None, path: str, status: int
) -> None:
    if login is not None:
        client.post(town.link(login))
    assert client.get(path, headers={"Accept": "*/*"}).status_code == status


@pytest.mark.parametrize("login", ["operator", "technician", "administrator"])
def test_who_may_not_read_the_files_is_told_who_may_and_reads_what_the_public_reads(
    client: httpx.Client, town: Town, login: str
) -> None:
    client.post(town.link(login))
    refused = client.get("/city", headers={"Accept-Language": "en"})
    assert refused.status_code == 403
    assert "It is for: supervisor, clerk, council secretary, data protection" in refused.text
    assert 'href="/uses"' in refused.text
    assert '<a href="/uses" aria-current="page">Mandates</a>' in client.get("/uses").text


def test_without_a_session_the_console_leads_to_the_sign_in(client: httpx.Client) -> None:
    answer = client.get("/console", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/console")


def sign_in(client: httpx.Client, password: str = PASSWORD, **fields: str) -> int:
    form = {"login": "operator", "password": password} | fields
    return client.post("/login", data=form, follow_redirects=False).status_code


def test_a_password_signs_in_and_the_cookie_is_strict(client: httpx.Client, town: Town) -> None:
    form = {"login": " Operator ", "password": PASSWORD, "next": "/console/cameras"}
    answer = client.post("/login", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/cameras")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=43200" in cookie
    token = answer.cookies[COOKIE]
    with town.database.read() as session:
        (kept,) = session.scalars(select(WebSession.token_digest))
    assert token not in kept
    assert town.ledger()[-1] == "account.signed_in"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(client: httpx.Client, target: str) -> None:
    form = {"login": "operator", "password": PASSWORD, "next": target}
    answer = client.post("/login", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/console"


def test_signing_in_again_ends_the_session_before(client: httpx.Client, town: Town) -> None:
    sign_in(client)
    first = client.cookies[COOKIE]
    sign_in(client)
    assert client.cookies[COOKIE] != first
    client.cookies.set(COOKIE, first, domain="testserver.local")
    with town.database.read() as session:
        assert len(session.scalars(select(WebSession)).all()) == 1


def test_guessing_is_slowed_by_login_and_forgotten_in_time(
    client: httpx.Client, clock: FrozenClock
) -> None:
    assert [sign_in(client, "wrong") for _ in range(5)] == [403] * 5
    assert sign_in(client) == 403
    clock.advance(16 * 60)
    assert sign_in(client) == 303


def test_guessing_is_slowed_by_address(client: httpx.Client) -> None:
    refused = [sign_in(client, "x", login=f"nobody{i}") for i in range(20)]
    assert refused == [403] * 20
    assert sign_in(client) == 403


def test_a_forged_address_is_not_believed(client: httpx.Client) -> None:
    for number in range(20):
        client.headers["X-Forwarded-For"] = f"192.0.2.{number}"
        assert sign_in(client, "x", login=f"nobody{number}") == 403
    client.headers["X-Forwarded-For"] = "192.0.2.99"
    assert sign_in(client) == 403


def test_success_takes_the_failures_back(client: httpx.Client) -> None:
    for _ in range(3):
        assert [sign_in(client, "wrong") for _ in range(4)] == [403] * 4
        assert sign_in(client) == 303


def test_a_session_ends_after_twelve_hours(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    sign_in(client)
    clock.advance(12 * 3600 + 1)
    assert client.get("/console", follow_redirects=False).status_code == 303


def test_a_link_signs_in_once(client: httpx.Client, town: Town) -> None:
    path = town.link("operator")
    assert client.post(path).status_code == 200
    assert client.get("/console").status_code == 200
    client.cookies.clear()
    for again in (client.get(path), client.post(path)):
        assert again.status_code == 403
        assert "used already or is too old" in again.text


def test_only_a_click_spends_a_link(client: httpx.Client, town: Town) -> None:
    path = town.link("operator")
    for _ in range(3):
        looked = client.get(path)
        assert looked.status_code == 200
        assert not looked.cookies
        assert town.account("operator").name in looked.text
    assert client.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
    landed = client.post(path)
    assert (landed.status_code, landed.url.path) == (200, "/console")


def test_a_link_does_not_outlive_its_quarter_of_an_hour(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    path = town.link("operator")
    clock.advance(15 * 60)
    assert client.get(path).status_code == client.post(path).status_code == 403
    with town.database.read() as session:
        assert path.rpartition("/")[2] not in session.scalars(select(LoginLink.token_digest)).all()


def test_a_disabled_account_is_out_at_once(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "operator") as browser:
        with town.database.write() as session:
            account = session.merge(town.account("operator"))
            disable_account(session, account, actor="system", clock=town.clock)
        assert browser.get("/console", follow_redirects=False).status_code == 303
    assert sign_in(client) == 403


def test_signing_out(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "operator") as browser:
        browser.post("/logout")
        assert browser.get("/console", follow_redirects=False).status_code == 303


def test_a_form_without_its_token_does_nothing(client: httpx.Client, town: Town) -> None:
    path = f"/console/alerts/{town.raise_alert()}"
    with signed_in(client, town, "operator") as browser:
        browser.get(path)
        form = {"verdict": "confirmed", "reason": "x"}
        assert client.post(f"{path}/judge", data=form).status_code == 403
        form["csrf"] = "é" * 64
        assert client.post(f"{path}/judge", data=form).status_code == 403
    assert town.ledger()[-1] != "alert.judged"


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_does_nothing(
    client: httpx.Client, town: Town, headers: dict[str, str]
) -> None:
    path = f"/console/alerts/{town.raise_alert()}"
    with signed_in(client, town, "operator") as browser:
        token = csrf(browser.get(path).text)
        form = {"verdict": "confirmed", "reason": "x", "csrf": token}
        assert client.post(f"{path}/judge", data=form, headers=headers).status_code == 403


def test_every_answer_is_hardened(client: httpx.Client) -> None:
    for path in ("/", "/health", "/static/css/base.css", "/nowhere", "/console"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_a_long_body_is_refused(client: httpx.Client) -> None:
    answer = client.post("/login", data={"login": "x" * 100_000, "password": "x"})
    assert answer.status_code == 413
