"""One machine, all of it: the lock, the database, the sequencer of the ledger, the supervisor."""

import signal
import threading
from types import FrameType

from beffroi import __version__
from beffroi.clock import Clock
from beffroi.engine.supervisor import Supervisor
from beffroi.folder import DataFolder
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.ledger.keys import FILE_NAME, load_or_create
from beffroi.ledger.sequencer import Sequencer
from beffroi.settings import Settings
from beffroi.store.database import Database
from beffroi.store.lock import only_server


def serve(folder: DataFolder, settings: Settings, database: Database, clock: Clock) -> None:
    """Run until this process is asked to end (SIGINT or SIGTERM).

    Raises:
        Unavailable: Another server holds the folder, or the database does not answer.
    """
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    with only_server(folder.lock):
        signal.signal(signal.SIGINT, ask_to_stop)
        signal.signal(signal.SIGTERM, ask_to_stop)
        _note(database, Kind.SERVER_STARTED, clock)
        sequencing = threading.Event()
        sequencer = threading.Thread(
            target=_sequencer(folder, settings, database, clock).run,
            args=(sequencing,),
            name="sequencer",
        )
        sequencer.start()
        try:
            Supervisor(folder, settings, database, clock).run(stop)
            _note(database, Kind.SERVER_STOPPED, clock)
        finally:
            # Last of all: what the others did until their end still gets its place.
            sequencing.set()
            sequencer.join()


def _sequencer(
    folder: DataFolder, settings: Settings, database: Database, clock: Clock
) -> Sequencer:
    return Sequencer(
        database,
        load_or_create(folder.secrets / FILE_NAME),
        [folder.path / witness for witness in settings.ledger.witnesses],
        clock,
        checkpoint_every_s=settings.ledger.checkpoint_every_s,
    )


def _note(database: Database, kind: Kind, clock: Clock) -> None:
    with database.write() as session:
        append(session, kind, actor=SYSTEM, payload={"version": __version__}, clock=clock)
