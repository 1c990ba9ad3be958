"""What a new camera shows: how high people stand in it, and from that where the ground lies.

People are about as tall as each other: the further away, the smaller, and all vanish at the
horizon. So those who walk by tell how the camera is tilted, once it is known how high it hangs and
how wide it sees. What is found is a proposal; a technician looks at it, and nobody who was measured
is kept.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import BadInput
from beffroi.perception.ground import Ground
from beffroi.perception.observation import Observation, Track

Floats = NDArray[np.float64]

STATURE_M: Final = 1.70
"""Mean of adults; children make the ground look nearer than it is."""
EYES, ANKLES = 0.936, 0.039
"""Heights as shares of stature: Drillis and Contini (1966), as given in Winter, Biomechanics and
Motor Control of Human Movement, 4th ed., figure 4.1."""
SURE: Final = 0.3
"""Least score of a joint that is measured by."""
UPRIGHT: Final = 2.0
"""Least height over width of somebody who stands."""
LEAST_PEOPLE: Final = 10
"""Fewer say too little: their statures differ."""
LARGEST: Final = 0.12
"""By how much people may differ from the usual height, the median."""
TILTS: Final = np.radians(np.arange(2.0, 70.0, 0.25))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ground calibration and how well it explains the people who were seen.

    Args:
        ground: The calibration.
        tilt_deg: How far the camera looks down.
        error: By how much people differ from the usual height with it, in shares, the median:
            statures alone give about 0.04.
    """

    ground: Ground
    tilt_deg: float
    error: float


def pixels_read(track: Track, size: tuple[int, int], pose_input: tuple[int, int]) -> float:
    """How high somebody is in pixels of what the pose model reads.

    Args:
        track: Of one picture.
        size: Width and height of the picture.
        pose_input: Height and width that the model reads, into which the picture is fitted.
    """
    scale = min(pose_input[0] / size[1], pose_input[1] / size[0])
    return (track.box[3] - track.box[1]) * scale


class Survey:
    """Measures everybody who stands whole in the picture."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._walks: dict[str, list[tuple[float, float]]] = {}
        self.most = 0
        """Most people at one moment."""
        self.heights: list[float] = []
        """Height of each sighting as a share of the picture's."""
        self.top = 1.0
        """How far up anybody reached, as a share of the picture's height from above."""

    def note(self, observation: Observation) -> None:
        """Take the next observation."""
        self._size = observation.size
        people = [track for track in observation.tracks if track.kind == "person"]
        self.most = max(self.most, len(people))
        self.top = min([self.top, *(track.box[1] / observation.size[1] for track in people)])
        for track in people:
            stood = _stood(track, observation.size)
            if stood is not None:
                self._walks.setdefault(track.id, []).append(stood)
                self.heights.append((track.box[3] - track.box[1]) / observation.size[1])

    def ground(self, view_deg: float, height_m: float) -> Proposal:
        """Where the ground must lie for people to be of the usual height.

        The cross-ratio of a standing person with the horizon and the vanishing point of the
        verticals is the person's height over the camera's (Criminisi, Reid, Zisserman, Single
        View Metrology, IJCV 40, 2000, section 3.1). Both points follow from the focal length and
        the tilt, and the tilt is the one with which people differ least from the usual height.

        Args:
            view_deg: Horizontal angle of view of the camera, as its maker states it.
            height_m: How high it hangs, as its fitter measured it, in metres.

        Raises:
            BadInput: Too few people stood whole in the picture, or nothing explains them.
        """
        if len(self._walks) < LEAST_PEOPLE:
            raise BadInput(
                f"{len(self._walks)} people stood whole in the picture; at least {LEAST_PEOPLE} "
                "are needed to measure the ground by."
            )
        width, height = self._size
        focal = width / 2 / np.tan(np.radians(view_deg) / 2)
        seen = [np.median(np.array(walk) - height / 2, axis=0) for walk in self._walks.values()]
        heads, feet = np.array(seen).T
        # The ankles' plane lies a little above the ground.
        wanted = STATURE_M * (EYES - ANKLES) / (height_m - STATURE_M * ANKLES)
        told = {tilt: _shares(heads, feet, focal, tilt) / wanted for tilt in TILTS}
        errors = {tilt: float(np.median(np.abs(ratios - 1))) for tilt, ratios in told.items()}
        tilt = min(errors, key=lambda tilt: errors[tilt])
        if not errors[tilt] < LARGEST:
            raise BadInput(
                "No tilt makes these people of a usual height: is the angle of view right, and "
                "the height of the camera?"
            )
        return Proposal(
            ground=_plane(height_m, tilt, focal, self._size),
            tilt_deg=float(np.degrees(tilt)),
            error=errors[tilt],
        )


def _stood(track: Track, size: tuple[int, int]) -> tuple[float, float] | None:
    """Where the eyes and the ankles of somebody who stands are, y in pixels; None if not whole."""
    if track.keypoints is None:
        return None
    x1, y1, x2, y2 = track.box
    whole = x1 > 1 and y1 > 1 and x2 < size[0] - 1 and y2 < size[1] - 1
    joints = track.keypoints.astype(np.float64)
    eyes, ankles = joints[1:3], joints[15:17]
    sure = min(eyes[:, 2].max(), ankles[:, 2].min()) >= SURE
    if not (whole and sure and y2 - y1 >= UPRIGHT * (x2 - x1)):
        return None
    return float(eyes[eyes[:, 2] >= SURE, 1].mean()), float(ankles[:, 1].mean())


def _shares(heads: Floats, feet: Floats, focal: float, tilt: float) -> Floats:
    """The height of each person in the camera's, if it is tilted so; infinite beyond the horizon.

    Args:
        heads: [n]: y of the eyes, in pixels below the middle of the picture.
        feet: [n]: likewise of the ankles.
        focal: Focal length in pixels.
        tilt: Downwards, in radians.
    """
    horizon, nadir = -focal * np.tan(tilt), focal / np.tan(tilt)
    ground = (feet > horizon) & (feet < nadir) & (heads < nadir)
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = (heads - horizon) * (nadir - feet) / ((feet - horizon) * (nadir - heads))
    shares: Floats = np.where(ground, 1 - cross, np.inf)
    return shares


def _plane(camera_m: float, tilt: float, focal: float, size: tuple[int, int]) -> Ground:
    """From picture fractions to metres right of and away from the point below the camera."""
    width, height = size
    sine, cosine = np.sin(tilt), np.cos(tilt)
    centred = np.array([[width, 0, -width / 2], [0, height, -height / 2], [0, 0, 1.0]])
    plane = np.array(
        [
            [camera_m, 0, 0],
            [0, -camera_m * sine, camera_m * focal * cosine],
            [0, cosine, focal * sine],
        ]
    )
    return Ground.from_rows((plane @ centred).tolist())
