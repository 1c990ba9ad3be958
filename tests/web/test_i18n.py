"""Languages: nothing shown is left in English by mistake, and every catalogue fits its messages."""

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import httpx
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import beffroi.web
from beffroi.mandate.impact.texts import raw
from beffroi.web.i18n import LOCALES, choose, load_languages
from beffroi.web.render import TEMPLATES
from beffroi.web.telling import tell
from beffroi.words import LANGUAGES, Quoted, say, together
from tests.web.town import Town, signed_in

WEB = Path(beffroi.web.__file__).parent
LAYERS = MANDATE, *_ = [WEB.parent / layer for layer in ("mandate", "alerts", "engine", "store")]
REFUSING = ("uses.py", "use_text.py", "pauses.py", "procedure/", "impact/")
"""Parts of the mandate whose refusals in plain English reach people through a page."""

KEYWORDS = {"say": None, "_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
TRANSLATED = [code for code in LANGUAGES if code != "en"]


@pytest.fixture(scope="module")
def messages() -> set[str | tuple[str, ...]]:
    """Every message of the code and the templates."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    found = [
        *extract_from_dir(WEB, methods, options, KEYWORDS),
        *(
            said
            for layer in LAYERS
            for said in extract_from_dir(layer, methods[:1], {}, {"say": None})
        ),
        *(
            refusal
            for refusal in extract_from_dir(
                MANDATE, methods[:1], {}, {"BadInput": None, "NotAuthorised": None}
            )
            if refusal[0].startswith(REFUSING)
        ),
    ]
    return {message for _, _, message, _, _ in found}


def catalogue(code: str) -> Catalog:
    with (LOCALES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def missing(code: str, messages: set[str | tuple[str, ...]]) -> list[str]:
    known = catalogue(code)
    names = [message if isinstance(message, str) else message[0] for message in messages]
    said = {m.id if isinstance(m.id, str) else m.id[0] for m in known if m.string and all(m.string)}
    return sorted(set(names) - said)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_catalogue_is_complete(code: str, messages: set[str | tuple[str, ...]]) -> None:
    assert missing(code, messages) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_keeps_every_placeholder(code: str) -> None:
    messages = [message for message in catalogue(code) if "{" not in str(message.id)]
    assert [str(error) for message in messages for error in message.check()] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_holds_nothing_that_is_no_longer_said(
    code: str, messages: set[str | tuple[str, ...]]
) -> None:
    names = {message if isinstance(message, str) else message[0] for message in messages}
    ids = (m.id if isinstance(m.id, str) else m.id[0] for m in catalogue(code) if m.id)
    assert sorted(set(ids) - names) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translated_sentence_names_nothing_that_the_english_one_does_not(code: str) -> None:
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(template) if name}

    strange = [
        message.id
        for message in catalogue(code)
        if isinstance(message.id, str)
        and "%(" not in message.id
        and message.string
        and names(str(message.string)) - names(message.id)
    ]
    assert strange == []


def test_a_sentence_is_told_with_the_names_people_use() -> None:
    french, english, german = (load_languages()[code] for code in ("fr", "en", "de"))
    refusal = say(
        "These opinions are missing: {missing} ({clause}).",
        missing="dpo, panel",
        clause="belfort-fiction, art-4",
    )
    until = say("The consultation runs until {day}, included.", day="2026-12-07")
    quoted = Quoted({"en": "Nantes refuses it.", "fr": "Nantes le refuse."})
    assert tell(english, refusal) == (
        "These opinions are missing: data protection officer, citizens’ panel "
        "(belfort-fiction, art-4)."
    )
    assert tell(french, together([refusal, until, quoted])) == (
        "Ces avis manquent : délégué à la protection des données, panel citoyen "
        "(belfort-fiction, art-4). La consultation court jusqu’au 7 décembre 2026 inclus. "
        "Nantes le refuse."
    )
    assert tell(german, refusal) == (
        "Diese Stellungnahmen fehlen: Datenschutzbeauftragte, Bürgerforum (belfort-fiction, art-4)."
    )
    lifting = say(
        "A suspension by {stopped} is lifted by {lifters}, not by {by}.",
        stopped="automatic",
        lifters="ai_committee",
        by="judge",
    )
    assert tell(french, lifting) == (
        "Une suspension prononcée par Beffroi lui-même est levée par comité IA, pas par juge."
    )
    assert tell(load_languages()["nl"], quoted) == "Nantes refuses it."
    assert tell(french, "") == ""


ARTICLES = {
    "en": "an?|it is|is",
    "fr": "une?|le|la|du|il est|elle est",
    "de": "eine?|der|die|das|er ist|sie ist",
    "es": "una?|el|la|está|es",
    "it": "una?|uno|il|lo|la|è",
    "nl": "een|de|het|is",
}
SENTENCES = [
    (
        say(
            "This act ({kind}) cannot follow from where the use stands ({state}); "
            "it follows from: {states}.",
            kind="adoption",
            state="draft",
            states="opinions / vote",
        ),
        "This act (adoption of a doctrine) cannot follow from where the use stands (draft); "
        "it follows from: waiting for opinions and the vote / voted.",
        "Cet acte (adoption d’une doctrine) ne peut pas suivre dans l’état actuel de l’usage "
        "(projet) : il faut qu’il soit en attente des avis et du vote / voté.",
    ),
    (
        say("the use is not in force: {state}", state="suspended"),
        "the use is not in force: suspended",
        "l’usage n’est pas en vigueur : suspendu",
    ),
    (
        say("This alert is already marked: {mark}.", mark="handed_over"),
        "This alert is already marked: handed over.",
        "Cette alerte est déjà notée : transmise.",
    ),
    (
        say("This act ({kind}) comes with its document: attach it.", kind="opinion"),
        "This act (opinion) comes with its document: attach it.",
        "Cet acte (avis) vient avec son document : joignez-le.",
    ),
]


@pytest.mark.parametrize(("sentence", "english", "french"), SENTENCES)
def test_a_sentence_reads_well_around_any_name(sentence: str, english: str, french: str) -> None:
    languages = load_languages()
    assert tell(languages["en"], sentence) == english
    assert tell(languages["fr"], sentence) == french


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_article_and_no_verb_leans_on_a_name_put_in_later(
    code: str, messages: set[str | tuple[str, ...]]
) -> None:
    """`A {kind}` would say "A adoption", and `it is {state}` "it is draft"."""
    english = [
        one for message in messages for one in ([message] if isinstance(message, str) else message)
    ]
    said = english if code == "en" else [str(m.string) for m in catalogue(code) if m.id]
    names = "kind|state|states|role|study|missing|by|stopped"
    leaning = re.compile(rf"\b({ARTICLES[code]}) \{{({names})\}}", re.IGNORECASE)
    assert [sentence for sentence in said if leaning.search(sentence)] == []


@pytest.mark.parametrize(
    "text",
    [
        text
        for name, fields in (("duties", ("title",)), ("timers", ("title", "to")))
        for entry in raw(name)[name].values()
        for text in (entry[field] for field in fields)
    ],
    ids=lambda text: text["en"],
)
def test_what_is_due_is_said_in_every_language(text: dict[str, str]) -> None:
    assert set(text) == set(LANGUAGES)


SPOKEN_ATTRIBUTES = r'(?:aria-label|title|alt|placeholder)="([^"{]*[A-Za-z][^"]*)"'
NOT_WORDS = {"Beffroi", "· Beffroi", "console", "?", "n", "x", "h", "v", "s", "p", "·"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_untranslated(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    spoken = re.findall(SPOKEN_ATTRIBUTES, text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "\n", text)
    words = {line.strip() for line in text.splitlines()} - NOT_WORDS
    assert spoken + [word for word in words if re.search(r"[A-Za-z]", word)] == []


@pytest.mark.parametrize(
    ("wish", "kept", "accepted", "expected"),
    [
        (None, None, "", "fr"),
        (None, None, "ja,zh;q=0.8", "fr"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "nl;q=0.4, de-AT;q=0.9, *;q=x", "de"),
        (None, "it", "en", "it"),
        ("es", "it", "en", "es"),
        ("xx", None, "nl", "nl"),
    ],
)
def test_the_language_is_asked_kept_accepted_or_french(
    wish: str | None, kept: str | None, accepted: str, expected: str
) -> None:
    assert choose(wish, kept, accepted) == expected


def test_dates_and_numbers_follow_the_language() -> None:
    french, english = load_languages()["fr"], load_languages()["en"]
    noon = datetime(2026, 7, 14, 10, 0, tzinfo=UTC)
    assert french.date(noon, "Europe/Paris") == "14 juil. 2026, 12:00:00"
    assert french.number(12345.6) == "12\u202f345,6"
    assert english.number(12345.6) == "12,345.6"
    assert french.percent(0.84) == "84\xa0%"


def test_pages_speak_the_language_of_the_visitor(client: httpx.Client, town: Town) -> None:
    assert "Se connecter" in client.get("/", headers={"Accept-Language": "ja"}).text
    assert "Se connecter" in client.get("/?lang=fr").text
    assert "Se connecter" in client.get("/").text, "the choice is kept in a cookie"
    with signed_in(client, town, "clerk") as browser:
        assert (
            "Votre rôle (service des actes) ne le permet pas"
            in browser.get("/console?lang=fr").text
        )
    alert = town.raise_alert()
    with signed_in(client, town, "operator") as browser:
        page = browser.get(f"/console/alerts/{alert}?lang=fr").text
    assert "Une personne passe de la position debout au sol" in page
    assert '<html lang="fr">' in page
