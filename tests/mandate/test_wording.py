"""The linter: it refuses words about what people mean, feel, may do or are, and little else."""

from importlib.resources import files

import pytest
import yaml

from beffroi.events.registry import DETECTORS, shipped_definitions
from beffroi.mandate.wording import MEANING, ill_worded, ill_words, languages

SIX = {"fr", "en", "de", "es", "it", "nl"}

REFUSED = [
    ("fr", "intent", "Une personne tente de frapper quelqu'un.", "tente de"),
    ("fr", "intent", "Comportement AGRESSIF sur le quai.", "AGRESSIF"),
    ("fr", "intent", "Un objet jeté volontairement.", "volontairement"),
    ("fr", "emotion", "Une personne en colère lève le bras.", "colère"),
    ("fr", "emotion", "Une foule paniquée court.", "paniquée"),
    ("fr", "emotion", "Un comportement agité.", "comportement agité"),
    ("fr", "suspicion", "Une présence suspecte près du portail.", "suspecte"),
    ("fr", "suspicion", "Une personne qui rôde.", "rôde"),
    ("fr", "identity", "Un enfant seul près de la fontaine.", "enfant"),
    ("fr", "identity", "Le visage est reconnu.", "visage"),
    ("fr", "identity", "L’identité de la personne.", "identité"),
    ("en", "intent", "Somebody tries to hit another person.", "tries to"),
    ("en", "intent", "An aggressive gesture.", "aggressive"),
    ("en", "emotion", "An angry person shouts.", "angry"),
    ("en", "suspicion", "Somebody loitering by the gate.", "loitering"),
    ("en", "suspicion", "Dangerous  behaviour on the platform.", "Dangerous  behaviour"),
    ("en", "identity", "A man enters.", "man"),
    ("de", "intent", "Eine Person schlägt absichtlich zu.", "absichtlich"),
    ("de", "intent", "Die Bewegung ist beabsichtigt.", "beabsichtigt"),
    ("de", "emotion", "Eine wütende Person.", "wütende"),
    ("de", "suspicion", "Ein verdächtiges Verhalten.", "verdächtiges"),
    ("de", "identity", "Ein Mann überquert die Linie.", "Mann"),
    ("es", "intent", "Una persona intenta golpear a otra.", "intenta"),
    ("es", "emotion", "Una persona con miedo.", "miedo"),
    ("es", "suspicion", "Una conducta sospechosa.", "sospechosa"),
    ("es", "identity", "Un niño solo.", "niño"),
    ("it", "intent", "Una persona aggressiva.", "aggressiva"),
    ("it", "emotion", "Una persona arrabbiata.", "arrabbiata"),
    ("it", "suspicion", "Un comportamento sospetto.", "sospetto"),
    ("it", "identity", "Un uomo attraversa la linea.", "uomo"),
    ("nl", "intent", "Iemand slaat opzettelijk.", "opzettelijk"),
    ("nl", "emotion", "Een boze persoon.", "boze"),
    ("nl", "suspicion", "Een verdacht gedrag.", "verdacht"),
    ("nl", "identity", "Een vrouw valt.", "vrouw"),
]

ALLOWED = [
    ("fr", "Une personne debout tombe près du sol et y reste cinq secondes."),
    ("fr", "En face de la ligne, face à la caméra, suspendu au-dessus du quai."),
    ("fr", "Après délibération du conseil, un choc provoque la chute d'un objet étranger."),
    ("fr", "Deux hommages : le volontariat, la feuille et la zone dangereuse au nom de la ville."),
    ("fr", "Une fumée monte plus d'une heure, identique d'une image à l'autre."),
    ("fr", "Une personne agite le bras, projette un objet ; un rodéo, des fiches, un voile gris."),
    ("en", "A zone intended for staff, by means of which nobody moves."),
    ("en", "The person faces the camera, and a hand comes within 0.4 m of a trunk."),
    ("en", "An intense light, a dangerous zone, the manual brake, a minor axis."),
    (
        "en",
        "The number of humans in the neighbourhood of a point, a person management would count.",
    ),
    ("en", "A race on foot; identical pictures; a threshold set by the council."),
    ("de", "Eine Person im Gesichtsfeld der Kamera überschreitet die gezogene Linie."),
    ("de", "Nach Abstimmung und mit Zustimmung behindert ein Fahrzeug die gefährliche Kreuzung."),
    ("de", "Eine Hand haut zweimal gegen den Rumpf, die Drohne fliegt gewaltig hoch."),
    ("es", "Se trata de una persona que permanece a una distancia mayor de dos metros."),
    ("es", "Ninguna persona irá más allá de la línea; la cara norte del edificio."),
    ("es", "El golpe provoca una caída a una distancia menor de un metro del punto de origen."),
    (
        "it",
        "Una distanza minore di un metro, il busto volto verso la linea, un cartello attaccato.",
    ),
    ("it", "Per caduta si intende il passaggio dalla posizione eretta al suolo."),
    ("it", "La delibera del consiglio apposta sul Ponte Vecchio."),
    ("nl", "De camera is gericht op het gezichtsveld; het huidige getal is bedoeld voor de raad."),
    ("nl", "De gevoeligheid na de stemming, op een oudere versie."),
]


@pytest.mark.parametrize(("language", "reason", "text", "word"), REFUSED)
def test_a_refused_word_is_named_with_its_reason(
    language: str, reason: str, text: str, word: str
) -> None:
    (found,) = ill_words(text, language)
    assert (found.word, found.language, found.reason) == (word, language, reason)


@pytest.mark.parametrize(("language", "text"), ALLOWED)
def test_ordinary_sentences_pass(language: str, text: str) -> None:
    assert list(ill_words(text, language)) == []


def test_the_line_says_field_language_word_and_reason() -> None:
    (line,) = ill_worded({"criterion": {"en": "A hostile gesture.", "fr": "Un geste."}})
    assert line == (
        "criterion.en: “hostile” is a word of intent, it says what somebody means to do: "
        "name what anybody could see."
    )


@pytest.mark.parametrize("text", ["Dit « agressif ».", "Dit “agressif”.", "Dit „agressif“."])
def test_a_quotation_is_not_read(text: str) -> None:
    assert not list(ill_words(text, "fr"))
    assert list(ill_words(f"{text} Il est agressif.", "fr"))


def test_accents_and_their_spelling_make_no_difference() -> None:
    for spelling in ("colère", "COLÈRE", "colere", "cole\N{COMBINING GRAVE ACCENT}re"):
        assert [found.reason for found in ill_words(spelling, "fr")] == ["emotion"]


def test_every_language_has_every_reason_and_no_word_twice() -> None:
    listed = yaml.safe_load((files("beffroi.mandate") / "wording.yaml").read_text("utf-8"))
    assert listed.keys() == SIX == languages()
    for language, reasons in listed.items():
        assert reasons.keys() == MEANING.keys(), language
        words = [word for words in reasons.values() for word in words]
        assert all(isinstance(word, str) for word in words), "yes, no and the like need quotes"
        twice = sorted({word for word in words if words.count(word) > 1})
        assert not twice, (language, twice)


def test_nothing_that_ships_is_ill_worded() -> None:
    for voted in shipped_definitions():
        assert ill_worded({"title": voted.definition.title, **voted.definition.labels}) == []
    described = {
        f"{event}.{name}": {"en": str(field.description)}
        for event, detector in DETECTORS.items()
        for name, field in detector.parameters.model_fields.items()
    }
    assert ill_worded(described) == []
