"""Recorded clips of the synthetic city: an H.264 film and the truth about every frame."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from beffroi.errors import BadInput
from beffroi.simulation.scene import Scene
from beffroi.simulation.skeleton import COCO_NAMES
from beffroi.simulation.truth import Truth

TRUTH_VERSION = 1
_KEY_FRAME_S = 2


def write_clip(
    scene: Scene,
    seconds: float,
    out_path: Path,
    truth_path: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Film a scene from its beginning.

    Both files appear complete or not at all. The truth is one JSON object, described at
    `document`.

    Args:
        scene: What to film, at `scene.fps`.
        seconds: Length.
        out_path: The MP4 to write (H.264, 4:2:0, no B-frames, a key frame every two seconds).
        truth_path: The JSON to write, if any.
        progress: Called with frames done and frames in all.

    Raises:
        BadInput: The length is not positive or a folder does not exist.
    """
    if not 0 < seconds <= 24 * 3600:
        raise BadInput(f"A clip lasts more than 0 and at most 86400 seconds, not {seconds:g}")
    for path in (out_path, truth_path):
        if path is not None and not path.parent.is_dir():
            raise BadInput(f"The folder {path.parent} does not exist; create it first")
    frames = max(1, round(seconds * scene.fps))
    times = [i / scene.fps for i in range(frames)]
    _replace(out_path, lambda draft: _film(scene, times, draft, progress))
    if truth_path is not None:
        text = json.dumps(document(scene, times), separators=(",", ":"))
        _replace(truth_path, lambda draft: draft.write_text(text, encoding="utf-8"))


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        write(draft)
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _film(
    scene: Scene, times: list[float], path: Path, progress: Callable[[int, int], None] | None
) -> None:
    rate = Fraction(scene.fps).limit_denominator(1001)
    with av.open(path, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=rate)
        stream.width, stream.height = scene.size
        stream.pix_fmt = "yuv420p"
        stream.gop_size = max(1, round(scene.fps * _KEY_FRAME_S))
        stream.max_b_frames = 0
        stream.options = {"crf": str(scene.quality), "preset": "veryfast", "threads": "1"}
        for i, t in enumerate(times):
            frame = av.VideoFrame.from_ndarray(scene.render(t), format="rgb24")
            frame.pts, frame.time_base = i, 1 / rate
            film.mux(stream.encode(frame))
            if progress is not None:
                progress(i + 1, len(times))
        film.mux(stream.encode())


def document(scene: Scene, times: list[float]) -> dict[str, Any]:
    """The truth of a clip as JSON values.

    Keys: `version`, `scene`, `seed`, `fps`, `size` [width, height], `keypoints` (names, in
    order), `camera` (`position_m`, `tilt_rad`, `pan_rad`, `focal_px`, `ground_homography`:
    pixels to metres), `zones` (name to `metres` and `pixels`), `events`, `twins` (seconds and
    identities) and `frames`: a list of `t` and `people`, each with `id`, `box`, `ground_m`,
    `height_px`, `occluded`, `keypoints_px` [17,2], `keypoints_m` [17,3] and `visibility` [17]
    (0 unlabelled, 1 hidden, 2 visible, as in COCO); and `vehicles`, each with `id`, `kind`, `box`
    and `ground_m`.
    """
    camera = scene.camera
    until = times[-1] + 1 / scene.fps
    return {
        "version": TRUTH_VERSION,
        "scene": scene.name,
        "seed": scene.seed,
        "fps": scene.fps,
        "size": list(scene.size),
        "keypoints": list(COCO_NAMES),
        "camera": {
            "position_m": list(camera.position),
            "tilt_rad": camera.tilt,
            "pan_rad": camera.pan,
            "focal_px": camera.focal,
            "ground_homography": camera.ground_homography().tolist(),
        },
        "zones": {
            name: {"metres": zone.metres.tolist(), "pixels": zone.pixels.round(2).tolist()}
            for name, zone in scene.zones.items()
        },
        "events": [asdict(e) for e in scene.events(until)],
        "twins": [asdict(e) for e in scene.twins(until)],
        "frames": [_frame(scene.state(t)) for t in times],
    }


def _frame(truth: Truth) -> dict[str, Any]:
    return {
        "t": round(truth.t, 4),
        "people": [
            {
                "id": p.id,
                "box": np.round(p.box, 2).tolist(),
                "ground_m": p.ground_m.round(3).tolist(),
                "height_px": round(p.height_px, 2),
                "occluded": p.occluded,
                "keypoints_px": p.keypoints_px.round(2).tolist(),
                "keypoints_m": p.keypoints_m.round(3).tolist(),
                "visibility": p.visibility.tolist(),
            }
            for p in truth.people
        ],
        "vehicles": [
            {
                "id": v.id,
                "kind": v.kind,
                "box": np.round(v.box, 2).tolist(),
                "ground_m": v.ground_m.round(3).tolist(),
            }
            for v in truth.vehicles
        ],
    }
