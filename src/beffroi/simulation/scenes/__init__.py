"""The scenes of the synthetic city, one module each: a place to paint and acts to direct."""

from beffroi.simulation.scenes.concourse import CONCOURSE
from beffroi.simulation.scenes.crowd import CROWD
from beffroi.simulation.scenes.forecourt import FORECOURT
from beffroi.simulation.scenes.park import PARK
from beffroi.simulation.scenes.platform import PLATFORM
from beffroi.simulation.scenes.road import ROAD
from beffroi.simulation.scenes.square import SQUARE
from beffroi.simulation.scenes.street import STREET
from beffroi.simulation.setting import Setting

SETTINGS: dict[str, Setting] = {
    s.name: s for s in (SQUARE, STREET, PARK, PLATFORM, CONCOURSE, ROAD, FORECOURT, CROWD)
}
