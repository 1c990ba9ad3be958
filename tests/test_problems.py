"""Nobody is told what is wrong in the words of a library."""

from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from beffroi.problems import PLAIN, in_one_line
from beffroi.web.i18n import load_languages
from beffroi.web.telling import tell
from beffroi.web.words import PROBLEMS


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field("x", min_length=1, max_length=3)
    seats: int = Field(1, ge=1, le=9)
    share: float = Field(0.5, gt=0, lt=1)
    open: bool = True
    colour: Colour = Colour.RED
    by: Literal["judge", "council"] = "judge"
    names: list[str] = Field(["a"], min_length=1, max_length=2)

    @field_validator("url")
    @classmethod
    def _no_slash(cls, url: str) -> str:
        if url == "/":
            raise ValueError("has no slash")
        return url


class Asked(BaseModel):
    url: str


def refused(model: type[BaseModel], fields: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    return caught.value


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hat": 1}, "hat: is not known here"),
        ({"seats": "two"}, "seats: must be a whole number"),
        ({"seats": 1.5}, "seats: must be a whole number"),
        ({"seats": 0}, "seats: must be at least 1"),
        ({"seats": 10}, "seats: must be at most 9"),
        ({"share": "half"}, "share: must be a number"),
        ({"share": 0}, "share: must be more than 0"),
        ({"share": 1}, "share: must be less than 1"),
        ({"open": "ajar"}, "open: must be true or false"),
        ({"colour": "green"}, "colour: must be one of 'red' or 'blue'"),
        ({"by": "king"}, "by: must be one of 'judge' or 'council'"),
        ({"url": ""}, "url: is too short: at least 1"),
        ({"url": "long"}, "url: is too long: at most 3"),
        ({"url": 1}, "url: must be a text"),
        ({"names": []}, "names: is too short: at least 1"),
        ({"names": "abc"}, "names: must be a list"),
        ({"names": ["a", 2]}, "names.1: must be a text"),
        ({"url": "/"}, "url: has no slash"),
        ([], "the form: must hold named fields"),
        ({"seats": 0, "share": 1}, "seats: must be at least 1; share: must be less than 1"),
    ],
)
def test_each_kind_of_problem_has_plain_words(fields: Any, said: str) -> None:
    assert in_one_line(refused(Form, fields), whole="the form") == said


def test_a_reader_of_french_is_told_in_french() -> None:
    told = in_one_line(refused(Asked, {}))
    assert told == "url: is missing"
    assert tell(load_languages()["fr"], told) == "url: manque"


def test_every_sentence_is_in_the_catalogues() -> None:
    assert set(PLAIN.values()) == set(PROBLEMS)
