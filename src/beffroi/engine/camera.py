"""One camera at work: its stream, its perception, the detectors of the uses in force, its alerts.

Each camera has a thread of its own; decoding and inference run outside the interpreter lock. The
thread ends by itself when its permit is not renewed.
"""

import contextlib
import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import structlog

from beffroi.alerts.area import Area
from beffroi.capture.opening import open_source
from beffroi.capture.source import Source, State
from beffroi.clock import Clock
from beffroi.engine.desk import AlertDesk, Sighting
from beffroi.engine.evidence import Scene
from beffroi.engine.eyes import Eyes
from beffroi.engine.live import LiveLink
from beffroi.engine.measure import Measure
from beffroi.engine.messages import Order, Report
from beffroi.engine.tally import Tally
from beffroi.errors import BeffroiError, NotAuthorised, Unavailable
from beffroi.events.detector import Detector, Zones
from beffroi.events.drawn import read_drawn
from beffroi.events.registry import build
from beffroi.folder import DataFolder
from beffroi.mandate.cameras import current_version, load_credentials
from beffroi.mandate.gate import OpenUse, hour_of
from beffroi.mandate.modes import Mode
from beffroi.mandate.permit import Basis, Permit
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.perception.finders import Need, shown
from beffroi.perception.forms import to_json
from beffroi.perception.observation import Observation
from beffroi.perception.perceive import Perception
from beffroi.store.database import Database
from beffroi.words import say, together

KEPT_S: Final = 20.0
"""Seconds of packets and observations held in memory, so that an alert can show what led to it."""

STUCK_S: Final = 6.0
"""The analysis of one picture never takes this long: something native hangs."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Station:
    """What all cameras of a host share."""

    folder: DataFolder
    database: Database
    clock: Clock
    eyes: Eyes
    desk: AlertDesk
    live: LiveLink


@dataclass(frozen=True, slots=True)
class _Needs:
    """What the uses on a camera ask for together; and whether scenes are kept."""

    rate_hz: int
    shown: frozenset[Need]
    scenes: bool


@dataclass(frozen=True, slots=True)
class _Post:
    """A use at work on the camera: what is drawn for it, and what it looks for.

    Only what rings has no tally: of what is counted nothing else is kept.
    """

    use: OpenUse
    zones: Zones
    detector: Detector
    tally: Tally | None

    @classmethod
    def of(cls, use: OpenUse, station: Station) -> Self:
        zones = read_drawn(use.zones)
        detector = build(use.voted, zones)
        station.eyes.require(use.voted.definition, detector.needs)
        live = use.mode is Mode.LIVE
        tally = None if live else Tally(use, detector, Area.of(zones), station.desk.put_count)
        return cls(use, zones, detector, tally)

    def close(self) -> None:
        if self.tally is not None:
            self.tally.close()


class CameraWatch(threading.Thread):
    """Watches one camera for as long as permits keep coming.

    Args:
        order: The first permit and the version of the camera's record to use.
        station: What the cameras of this host share.
        before: Who watched the camera until it was lost. Why it was is said until a picture
            comes, and who gave their share of what is counted gives no other for it.

    Attributes:
        busy_s: Seconds that its pictures have taken to be analysed.
        share: Share of its pictures that are analysed while other cameras come first, 0 to 1.
    """

    def __init__(self, order: Order, station: Station, before: Self | None = None) -> None:
        super().__init__(name=f"camera-{order.camera}", daemon=True)
        self.version = order.version
        self.ended = 0.0
        self.busy_s = 0.0
        self.share = order.share
        self._credit = 0.0
        self._left_out = 0
        self._camera_id = order.camera
        self._permit = order.permit
        self._station = station
        self._timekeeper = Timekeeper(station.clock)
        self._source: Source | None = None
        self._posts = {} if before is None else before.counting()
        self._live: tuple[_Post, ...] = ()
        self._measure = Measure(1, station.eyes.pose_input, Area(None))
        self._uses: tuple[str, ...] = ()
        self._faults: tuple[str, ...] = ()
        self._recent: deque[Observation] = deque()
        self._analysed = 0
        self._begun: float | None = None
        self.trouble: str = "" if before is None else before.trouble

    @property
    def permit(self) -> Permit:
        """What it watches under."""
        return self._permit

    def renew(self, permit: Permit) -> None:
        """Go on under a newer permit; under one for nothing, end."""
        self._permit = permit
        source = self._source
        if source is not None:
            # Too late for a source whose permit has run out: it ends, and is opened anew.
            with contextlib.suppress(NotAuthorised):
                source.renew(permit)

    def counting(self) -> dict[str, _Post]:
        """Those of its posts that count, by use; none that looked more than a minute ago."""
        t = self._station.clock.monotonic()
        return {
            use: post
            for use, post in self._posts.items()
            if post.tally is not None and post.tally.remembers(t)
        }

    def report(self) -> Report:
        """How the camera does now."""
        source = self._source
        if self.trouble or source is None or not self.is_alive():
            state = State.BLIND if self.trouble else State.STARTING
            return Report(self._camera_id, state, self.trouble, self._analysed, 0)
        health, measure = source.health, self._measure
        return Report(
            self._camera_id,
            health.state,
            self._detail(health.detail),
            self._analysed,
            source.skipped + self._left_out,
            measured=measure.done,
            rate_hz=measure.rate_hz,
            person_px=measure.person_px,
            spared=source.spared,
        )

    def _detail(self, of_source: str) -> str:
        """What else is to be said than what the source says: who does not look, or seldom."""
        seldom = self.share < 1.0 and say("other cameras come first: it leaves out pictures")
        said = [each for each in (of_source, *self._faults, seldom) if each]
        return together(said, "; ") if said else ""

    def stuck(self) -> bool:
        """Whether the analysis of a picture does not come back."""
        begun = self._begun
        return begun is not None and self._station.clock.monotonic() - begun > STUCK_S

    def run(self) -> None:
        """Watch until the permit runs out; a camera that fails is opened again by its host."""
        try:
            while self._wanted():
                self._watch()
        except NotAuthorised:
            log.info("camera closed: its permit was not renewed", camera=self._camera_id)
        except BeffroiError as error:
            self.trouble = error.message
            log.warning("camera lost", camera=self._camera_id, cause=error.message)
        except Exception:
            self.trouble = _unforeseen()
            # What they remember may be why.
            self._posts = {}
            log.exception("camera lost", camera=self._camera_id)
        finally:
            self._begun = None
            self.ended = self._station.clock.monotonic()

    def _wanted(self) -> bool:
        """Whether there is something to do, and leave to do it."""
        basis = self._permit.basis
        busy = basis is Basis.COMMISSIONING or bool(self._permit.uses)
        return busy and self._permit.valid(self._station.clock)

    def _watch(self) -> None:
        station = self._station
        with station.database.read() as session:
            record = current_version(session, self._camera_id)
        self._load_uses()
        needs = self._needs()
        perception = station.eyes.look(record, needs.shown)
        self._measure = Measure(needs.rate_hz, station.eyes.pose_input, self._area())
        with open_source(
            self._permit,
            clock=station.clock,
            masks=record.masks,
            rate_hz=needs.rate_hz,
            credentials=load_credentials(station.folder.secrets, self._camera_id),
            ring_s=KEPT_S if needs.scenes else 0,
        ) as source:
            self._source = source
            try:
                self._analyse(source, perception, needs)
            finally:
                self._source = None
                station.desk.end(source)
                self._recent.clear()
                for post in self._posts.values():
                    post.close()

    def _analyse(self, source: Source, perception: Perception, needs: _Needs) -> None:
        """Look at every frame until other needs call for another source."""
        for frame in source.frames():
            self.trouble = ""
            if self._permit.uses != self._uses:
                self._load_uses()
                if not self._wanted() or self._needs() != needs:
                    return
            if self._permit.basis is Basis.COMMISSIONING:
                continue
            if not self._turn():
                continue
            self._begun = self._station.clock.monotonic()
            self._notice(perception.observe(frame), source)
            source.idle = perception.idle
            self.busy_s += self._station.clock.monotonic() - self._begun
            self._begun = None

    def _turn(self) -> bool:
        """Whether a picture is of the share that is analysed; spread evenly."""
        self._credit += self.share
        if self._credit < 1.0:
            self._left_out += 1
            self._measure.interrupt()
            return False
        self._credit -= 1.0
        return True

    def _needs(self) -> _Needs:
        definitions = [post.use.voted.definition for post in self._posts.values()]
        return _Needs(
            rate_hz=max((definition.rate_hz for definition in definitions), default=1),
            shown=frozenset(need for post in self._posts.values() for need in post.detector.needs),
            scenes=any(post.use.mode is Mode.LIVE for post in self._posts.values()),
        )

    def _area(self) -> Area:
        """Where the uses may look together."""
        return Area.of(*(post.zones for post in self._posts.values()))

    def _load_uses(self) -> None:
        """Build a detector per use of the permit; those that stay keep what they have seen."""
        wanted = self._permit.uses
        with self._station.database.read() as session:
            hour = hour_of(session, self._timekeeper)
            answers = [
                answer for answer in hour.ask(self._camera_id) if isinstance(answer, OpenUse)
            ]
        kept = self._posts
        self._posts = {}
        self._faults = ()
        for use in answers:
            if use.use_id in wanted:
                self._put_to_work(use, kept.get(use.use_id))
        for use_id, post in kept.items():
            if self._posts.get(use_id) is not post:
                post.close()
        self._uses = wanted
        self._measure.look_within(self._area())
        self._note_live()
        if self._faults and not self._posts:
            raise Unavailable("; ".join(self._faults))

    def _put_to_work(self, use: OpenUse, kept: _Post | None) -> None:
        """Have a use looked for; one that cannot be must not keep the others from it."""
        try:
            if kept is None or replace(kept.use, offline_s=use.offline_s) != use:
                kept = _Post.of(use, self._station)
            self._posts[use.use_id] = kept
        except BeffroiError as error:
            log.warning("a use does not run", use=use.use_id, cause=error.message)
            self._faults += (say("{use}: {reason}", use=use.use_id, reason=error.message),)

    def _notice(self, observation: Observation, source: Source) -> None:
        self._analysed += 1
        self._measure.note(observation)
        if self._live:
            self._remember(observation)
        now = self._station.clock.now()
        taken = now if observation.at is None else datetime.fromtimestamp(observation.at, UTC)
        for use_id, post in list(self._posts.items()):
            try:
                self._look_for(post, observation, taken, source)
            except Exception:
                log.exception("a use does not run", use=use_id)
                self._give_up(use_id)
        if self._live:
            self._station.live.send(self._camera_id, to_json(self._wall(observation)))

    def _look_for(
        self, post: _Post, observation: Observation, taken: datetime, source: Source
    ) -> None:
        """Show a use what it may see, and pass on what it recognises or counts."""
        needs = post.detector.needs
        seen = shown(observation, needs)
        found = post.detector.update(seen)
        if post.tally is not None:
            post.tally.note(seen, len(found), self._station.clock.now())
            return
        for detection in found:
            ago = timedelta(seconds=observation.t - detection.end_t)
            scene = Scene(detection, Area.of(post.zones), source, self._recent, needs)
            self._station.desk.put(Sighting(post.use, detection, scene, taken - ago))

    def _give_up(self, use_id: str) -> None:
        """Have a use looked for no more, for as long as this camera's uses stay the same."""
        del self._posts[use_id]
        self._faults += (say("{use}: {reason}", use=use_id, reason=_unforeseen()),)
        self._note_live()
        if not self._posts:
            raise Unavailable("; ".join(self._faults))

    def _note_live(self) -> None:
        self._live = tuple(post for post in self._posts.values() if post.use.mode is Mode.LIVE)

    def _wall(self, observation: Observation) -> Observation:
        """What the live uses look for, each where it may look; nothing of any other use."""
        parts = [
            Area.of(post.zones).within(shown(observation, post.detector.needs))
            for post in self._live
        ]
        return replace(
            observation,
            tracks=tuple({track.id: track for part in parts for track in part.tracks}.values()),
            regions=tuple(
                {region.id: region for part in parts for region in part.regions}.values()
            ),
            flow=None,
        )

    def _remember(self, observation: Observation) -> None:
        self._recent.append(observation)
        while self._recent[0].t < observation.t - KEPT_S:
            self._recent.popleft()


def _unforeseen() -> str:
    return say("its analysis failed in an unforeseen way; the log says where")
