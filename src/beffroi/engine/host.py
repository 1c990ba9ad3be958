"""A host: one process that watches a few cameras. Start it with ``python -m beffroi.engine.host``.

A native crash here costs these cameras for seconds and nothing else. It obeys its standard input
alone: no permit, no camera; end of input, end of process once the last permits have run out.
"""

import argparse
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from beffroi.alerts.vault import Vault
from beffroi.clock import Clock
from beffroi.engine.camera import CameraWatch, Station
from beffroi.engine.desk import AlertDesk
from beffroi.engine.equipment import models_at_work
from beffroi.engine.evidence import EvidenceDesk
from beffroi.engine.eyes import Eyes
from beffroi.engine.live import LiveLink
from beffroi.engine.messages import FAREWELL, Order, orders_from_line, reports_to_line
from beffroi.engine.shares import ProcessorShares
from beffroi.errors import BeffroiError, NotAuthorised
from beffroi.folder import DataFolder
from beffroi.logs import configure
from beffroi.settings import Settings
from beffroi.store.database import Database

BEAT_S: Final = 0.5
RETRY_S: Final = 2.0
"""A camera that failed is left alone for this long."""

LAST_S: Final = 5.0
"""What a host without a supervisor may still take to finish its evidence."""

log = structlog.get_logger()


class Host:
    """The cameras of this process, by id.

    Args:
        station: What they share.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._watches: dict[str, CameraWatch] = {}
        self._orders: Sequence[Order] = ()
        self._lock = threading.Lock()
        self._shares = ProcessorShares()

    def obey(self, orders: Sequence[Order]) -> None:
        """Watch these cameras and no others."""
        named = {order.camera for order in orders}
        with self._lock:
            self._watches = {
                camera: watch
                for camera, watch in self._watches.items()
                if camera in named or watch.is_alive()
            }
            for camera, watch in self._watches.items():
                if camera not in named:
                    watch.renew(watch.permit.withdrawn(self._station.clock))
            for order in orders:
                self._watch(order)
        self._orders = orders

    def go_on_alone(self, superseded: Callable[[], bool]) -> None:
        """Watch on without a supervisor, under the last permits and never beyond them.

        Args:
            superseded: Whether another supervisor has taken over, whose hosts watch instead.
        """
        while not superseded():
            orders = [each for each in self._orders if each.permit.valid(self._station.clock)]
            if not orders:
                return
            self.obey(orders)
            threading.Event().wait(BEAT_S)

    def _watch(self, order: Order) -> None:
        """Open a camera, renew its permit, or open it again after it ended or changed."""
        watch, clock = self._watches.get(order.camera), self._station.clock
        if watch is not None and watch.is_alive():
            watch.share = order.share
            same = watch.version == order.version
            # A changed record is read afresh once the old permit has run out.
            watch.renew(order.permit if same else watch.permit.withdrawn(clock))
            return
        if watch is not None and clock.monotonic() < watch.ended + RETRY_S:
            return
        watch = CameraWatch(order, self._station, watch)
        self._watches[order.camera] = watch
        watch.start()

    def beat(self) -> None:
        """Tell how the cameras do, again and again."""
        while True:
            self.tell()
            threading.Event().wait(BEAT_S)

    def tell(self) -> None:
        """Write how the cameras do, unless one hangs in native code: only a new host helps then."""
        with self._lock:
            watches = list(self._watches.values())
        if any(watch.stuck() for watch in watches):
            log.error("an analysis hangs: this host ends, and another takes over")
            os._exit(1)
        reports = [watch.report() for watch in watches]
        busy = {r.camera: w.busy_s for r, w in zip(reports, watches, strict=True)}
        spent = self._shares.note(busy)
        reports = [replace(report, processor_s=spent[report.camera]) for report in reports]
        # When nobody listens any more, the main thread ends this process.
        with contextlib.suppress(OSError):
            sys.stdout.write(reports_to_line(reports))
            sys.stdout.flush()


def end_of_thread(trouble: threading.ExceptHookArgs) -> None:
    """A host that has lost a thread is no host: end, and be replaced."""
    log.error("a thread failed in an unforeseen way", exc_info=trouble.exc_value)
    os._exit(1)


def main() -> None:
    """Run until the supervisor closes the pipe."""
    parser = argparse.ArgumentParser(description="Watch the cameras named on standard input.")
    parser.add_argument("--data", type=Path, required=True)
    folder = DataFolder(parser.parse_args().data)
    configure()
    threading.excepthook = end_of_thread
    try:
        station = _station(folder)
    except BeffroiError as error:
        log.error("a host cannot start", cause=error.message)
        sys.exit(1)
    host = Host(station)
    host.tell()  # before any camera can be the end of it
    threading.Thread(target=host.beat, name="beat", daemon=True).start()
    master = _master(folder)
    for line in sys.stdin:
        if line == FAREWELL:
            break
        try:
            host.obey(orders_from_line(line, station.clock))
        except NotAuthorised as error:
            log.error("an order was refused", cause=error.message)
    else:
        host.go_on_alone(lambda: _master(folder) != master)
    # Threads inside native decoders cannot be asked to stop; leaving at once is the safe way out.
    threading.Timer(LAST_S, os._exit, (0,)).start()
    station.desk.close()
    os._exit(0)


def _master(folder: DataFolder) -> str:
    """Which server holds the data folder, as it wrote down when it took it."""
    return folder.lock.read_text() if folder.lock.exists() else ""


def _station(folder: DataFolder) -> Station:
    settings = Settings.load(folder)
    database, clock = Database(settings.database_url), Clock()
    models = models_at_work(folder, settings.engine)
    eyes = Eyes(settings.engine.pose_input, models.variants)
    desk = AlertDesk(
        database,
        EvidenceDesk(database, Vault(folder), clock),
        settings.alerts.per_hour,
        clock,
    )
    return Station(folder, database, clock, eyes, desk, LiveLink(folder.live_socket))


if __name__ == "__main__":
    main()
