"""One machine, all of it: the lock, the database, the sequencer of the ledger, the supervisor."""

import signal
import socket
import threading
from collections.abc import Callable, Sequence
from types import FrameType

import structlog

from beffroi import __version__
from beffroi.clock import Clock
from beffroi.engine.supervisor import Supervisor
from beffroi.errors import Unavailable
from beffroi.folder import DataFolder
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.ledger.keys import FILE_NAME, load_or_create
from beffroi.ledger.sequencer import Sequencer
from beffroi.settings import Settings, WebSettings
from beffroi.store.database import Database
from beffroi.store.lock import only_server

_log = structlog.get_logger()


def serve(
    folder: DataFolder,
    settings: Settings,
    database: Database,
    clock: Clock,
    greet: Callable[[], None],
) -> None:
    """Run until this process is asked to end (SIGINT or SIGTERM).

    Args:
        folder: The data folder.
        settings: Machine settings.
        database: Already migrated.
        clock: The machine's clocks.
        greet: Called once the web server answers.

    Raises:
        Unavailable: Another server holds the folder or the port, or the database does not answer.
    """
    stop = threading.Event()

    asked: list[str] = []

    def ask_to_stop(number: int, _frame: FrameType | None) -> None:
        # Told by another thread: what this one was writing cannot be written into.
        asked.append(signal.Signals(number).name)
        stop.set()

    with only_server(folder.lock):
        _require_free(settings.web)
        signal.signal(signal.SIGINT, ask_to_stop)
        signal.signal(signal.SIGTERM, ask_to_stop)
        folder.address.write_text(f"http://{settings.web.host}:{settings.web.port}")
        folder.address.chmod(0o600)
        _note(database, Kind.SERVER_STARTED, clock)
        sequencing = threading.Event()
        sequencer = threading.Thread(
            target=_sequencer(folder, settings, database, clock).run,
            args=(sequencing,),
            name="sequencer",
        )
        sequencer.start()
        greeter = threading.Thread(target=_greet, args=(settings.web, greet, stop), name="greeter")
        greeter.start()
        teller = threading.Thread(target=_tell_of_stop, args=(stop, asked), name="teller")
        teller.start()
        try:
            Supervisor(folder, settings, database, clock).run(stop)
            _note(database, Kind.SERVER_STOPPED, clock)
        finally:
            # Asked for or not: whoever waits for the web waits in vain now.
            stop.set()
            # Last of all: what the others did until their end still gets its place.
            sequencing.set()
            sequencer.join()
            greeter.join()
            teller.join()
            folder.address.unlink(missing_ok=True)


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


def _require_free(web: WebSettings) -> None:
    """Refuse to start a server that nobody could reach."""
    with socket.socket(_family(web)) as probe:
        # As the web server will: a port that is only cooling down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            raise Unavailable(
                f"The address {web.host}:{web.port} cannot be used ({error.strerror}). Choose "
                "another port, with --port or BEFFROI_WEB__PORT."
            ) from error


def _family(web: WebSettings) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in web.host else socket.AF_INET


def _greet(web: WebSettings, greet: Callable[[], None], stop: threading.Event) -> None:
    while not stop.wait(0.1):
        with socket.socket(_family(web)) as probe:
            if probe.connect_ex((web.host, web.port)) == 0:
                greet()
                return


def _tell_of_stop(stop: threading.Event, asked: Sequence[str]) -> None:
    stop.wait()
    if asked:
        _log.info(
            "server.asked_to_stop",
            signal=asked[0],
            meaning="somebody or the machine asks this server to end: its cameras are closed first",
        )


def _note(database: Database, kind: Kind, clock: Clock) -> None:
    with database.write() as session:
        append(session, kind, actor=SYSTEM, payload={"version": __version__}, clock=clock)
