"""The CNIL's importer as its code reads a file: the oracle of the export.

It refuses what the tool would refuse or silently lose, and gives back what a person would then
see in the tool, so that a test compares it with what was written here.
"""

from typing import Any

SECTIONS = {
    *(111, 112, 113, 121, 122, 123, 211, 212, 213, 214, 215),
    *(221, 222, 223, 224, 225, 226, 227),
}
RISKS = {300 + 10 * risk + row for risk in (2, 3, 4) for row in range(1, 7)}
LISTS = {code for code in RISKS if code % 10 <= 4}
GAUGES = RISKS - LISTS
PARTS = {"1.1", "1.2", "3.2", "3.3", "3.4"} | {
    f"2.{code // 10 % 10}.{code}" for code in SECTIONS if code >= 200
}

PIA = {
    "id": int,
    "status": int,
    "name": str,
    "category": str,
    "author_name": str,
    "evaluator_name": str,
    "validator_name": str,
    "dpo_status": int | None,
    "dpo_opinion": str,
    "dpos_names": str,
    "concerned_people_status": int | None,
    "concerned_people_opinion": str,
    "concerned_people_searched_opinion": bool,
    "concerned_people_searched_content": str,
    "people_names": str,
    "rejection_reason": str,
    "applied_adjustments": str,
    "is_example": int,
    "created_at": str,
    "updated_at": str,
    "structure_id": int | None,
    "structure_name": str | None,
    "structure_sector_name": str | None,
    "structure_data": dict | None,
}
ROW = {"id": int, "pia_id": int, "created_at": str, "updated_at": str}
ANSWER = {**ROW, "reference_to": int, "data": dict}
DATA = {"text": str, "gauge": int | None, "list": list}
MEASURE = {**ROW, "title": str, "content": str, "placeholder": str | None}
EVALUATION = {
    **ROW,
    "reference_to": str,
    "status": int,
    "global_status": int,
    "evaluation_comment": str,
    "action_plan_comment": str,
    "evaluation_date": str,
    "gauges": dict,
    "estimated_implementation_date": str | None,
    "person_in_charge": str,
}


def imported(file: dict[str, Any]) -> dict[str, Any]:
    """What the tool holds after reading a file."""
    assert file.keys() == {"pia", "answers", "measures", "evaluations", "comments"}
    _typed(file["pia"], PIA)
    assert file["pia"]["name"]
    assert file["comments"] == []
    new_ids = {}
    for number, measure in enumerate(file["measures"], 1):
        _typed(measure, MEASURE)
        new_ids[measure["id"]] = 100 + number  # the browser's database gives other numbers
    answers: dict[int, dict[str, Any]] = {}
    for answer in file["answers"]:
        _typed(answer, ANSWER)
        _typed(answer["data"], DATA)
        code = answer["reference_to"]
        assert code in SECTIONS | RISKS, code
        assert code not in answers, code
        assert answer["data"]["gauge"] in ({None, 1, 2, 3, 4} if code in GAUGES else {None}), code
        assert code in LISTS or answer["data"]["list"] == [], code
        answers[code] = answer["data"]
    evaluations: dict[str, dict[str, Any]] = {}
    for evaluation in file["evaluations"]:
        _typed(evaluation, EVALUATION)
        assert evaluation["status"] in range(4)
        assert evaluation["global_status"] in range(3)
        assert evaluation["gauges"].keys() == {"x", "y"}
        part = evaluation["reference_to"]
        if part.startswith("3.1."):
            part = f"3.1.{new_ids[int(part.removeprefix('3.1.'))]}"
        else:
            assert part in PARTS, part
        evaluations[part] = evaluation
    return {
        "name": f"(IMPORT) {file['pia']['name']}",
        "answers": answers,
        "measures": {new_ids[m["id"]]: m["title"] for m in file["measures"]},
        "evaluations": evaluations,
    }


def _typed(row: dict[str, Any], shape: dict[str, Any]) -> None:
    assert row.keys() == shape.keys(), row.keys() ^ shape.keys()
    for name, kind in shape.items():
        assert isinstance(row[name], kind), (name, row[name])
