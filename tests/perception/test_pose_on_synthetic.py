"""The pose model reads the synthetic city: what justifies using it in tests and in the demo."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Variant, variant
from beffroi.perception.pose import OKS_SIGMAS, People, decode_people
from beffroi.simulation import PersonTruth, Scene

SIZE = (384, 640)
SCENES = ("square", "street", "park", "platform")
"""Those that the demo shows; in a dense crowd nobody is seen whole."""
SEEDS = (21, 22)  # the scenes were tuned on seeds 1 to 10
TIMES = np.arange(1.0, 75.0, 8.3)
TALL_PX = 60
OKS = 0.5


def similarity(person: PersonTruth, keypoints: NDArray[np.float32]) -> float:
    """OKS over labelled keypoints, as in COCO; the area is that of the box."""
    labelled = person.visibility > 0
    x0, y0, x1, y1 = person.box
    area = max((x1 - x0) * (y1 - y0), 1)
    apart = ((keypoints[:, :2] - person.keypoints_px) ** 2).sum(axis=1)
    alike = np.exp(-apart / (2 * area * (2 * OKS_SIGMAS) ** 2))
    return float(alike[labelled].mean()) if labelled.any() else 0.0


def inside(box: NDArray[np.float32], person: PersonTruth) -> float:
    """Share of a box that lies in a person's box."""
    low, high = np.maximum(box[:2], person.box[:2]), np.minimum(box[2:], person.box[2:])
    return float(np.clip(high - low, 0, None).prod() / max(float(np.prod(box[2:] - box[:2])), 1))


def count(people: People, truth: tuple[PersonTruth, ...]) -> tuple[int, int, int]:
    """Found, wanted and false: hidden and small people neither help nor harm, as in COCO."""
    wanted = [p for p in truth if not p.occluded and p.height_px > TALL_PX]
    others = [p for p in truth if p.occluded or p.height_px <= TALL_PX]
    table = np.array([[similarity(p, k) for p in wanted] for k in people.keypoints])
    table = table.reshape(len(people), len(wanted))
    matched: set[int] = set()
    while table.size and table.max() >= OKS:
        i, j = np.unravel_index(table.argmax(), table.shape)
        matched.add(int(i))
        table[i, :] = table[:, j] = -1
    false = [
        i
        for i in range(len(people))
        if i not in matched
        and not any(
            inside(people.boxes[i], p) > 0.5 or similarity(p, people.keypoints[i]) >= OKS
            for p in others
        )
    ]
    return len(matched), len(wanted), len(false)


@pytest.fixture(scope="module")
def pose_model(models: Path) -> Variant:
    return variant("movenet-multipose", SIZE, directory=models)


def test_people_of_the_synthetic_city_are_found(pose_model: Variant) -> None:
    found = wanted = false = 0
    with Inference([pose_model], threads=2) as inference:
        for name in SCENES:
            for seed in SEEDS:
                scene = Scene.create(name, seed)
                box = Letterbox.fit(scene.size[::-1], SIZE)
                for t in TIMES:
                    picture = box.apply(scene.render(float(t)))
                    read = partial(decode_people, letterbox=box)
                    answer = inference.submit(pose_model, picture, read)
                    a, b, c = count(answer.result(), scene.state(float(t)).people)
                    found, wanted, false = found + a, wanted + b, false + c
    assert wanted > 200
    assert found / wanted >= 0.95, f"{found} of {wanted}"
    assert found / (found + false) >= 0.95, f"{false} false beside {found}"
