"""Write down what the detectors find now."""

import json

from beffroi.events.registry import DETECTORS
from tests.events.golden import EXPECTED, RECORDINGS, counted, found, row

EXPECTED.write_text(
    json.dumps(
        {
            name: {
                "behaviour": DETECTORS[event].behaviour,
                "detections": [row(one) for one in found(name)],
                "counted": counted(name),
            }
            for name, event in RECORDINGS.items()
        },
        indent=1,
    )
    + "\n",
    encoding="utf-8",
)
