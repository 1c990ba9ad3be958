"""Beffroi beside what others would write, on the same films with the same model, in the same run.

All three stop at tracks: what Beffroi does beyond them is in `benchmarks.pipeline`. The peers'
libraries are no part of the project; they are fetched into the environment's own folder when this
bench first runs, by hash, and where that fails the figures are null and say why.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.pipeline import CORES, MIX, REPEATS, Taken, mixed, watched

ROOT: Final = Path(__file__).parent.parent
LISTED: Final = ROOT / "requirements" / "peers.txt"
FOLDER: Final = Path(sys.prefix) / "peers"
PEERS: Final = ("threads", "processes")
KINDS: Final = ("busy", *MIX)


def run(reel: Mapping[str, Path], seconds: Mapping[str, float]) -> dict[str, object]:
    """Measure all three.

    Args:
        reel: Films by kind: `busy` and those of the day mix.
        seconds: Their lengths.

    Returns:
        `tracks_s`, `peer_threads_s`, `peer_processes_s`: processor seconds per camera-second of a
        busy camera, followed by the same with `_day_mix`.
        `pipeline_over_best_peer`, `pipeline_over_best_peer_day_mix`: cameras that Beffroi carries
        over those that the better peer carries.
        `empty_share_of_day`: of Beffroi's processor time in the day mix, what empty scenes take.
        `peers_missing`: why there are no peers, or null.
    """
    ours = {kind: watched(reel[kind], seconds[kind], ()) for kind in KINDS}
    figures: dict[str, object] = _figures("tracks", ours)
    empty = MIX["empty"] * ours["empty"].median / mixed(ours)
    missing = _install()
    if missing is None:
        peers = {peer: _peer(peer, reel, seconds) for peer in PEERS}
        for peer, taken in peers.items():
            figures |= _figures(f"peer_{peer}", taken)
        busy = min(taken["busy"].median for taken in peers.values()) / ours["busy"].median
        day = min(mixed(taken) for taken in peers.values()) / mixed(ours)
    return {
        **figures,
        "pipeline_over_best_peer": None if missing else round(busy, 3),
        "pipeline_over_best_peer_day_mix": None if missing else round(day, 3),
        "peers_missing": missing,
        "empty_share_of_day": round(empty, 3),
    }


def _figures(name: str, taken: Mapping[str, Taken]) -> dict[str, object]:
    each = {f"{name}_{kind}_s": round(taken[kind].median, 5) for kind in MIX}
    return {
        **taken["busy"].figures(f"{name}_s"),
        **each,
        f"{name}_s_day_mix": round(mixed(taken), 5),
    }


def _peer(peer: str, reel: Mapping[str, Path], seconds: Mapping[str, float]) -> dict[str, Taken]:
    """Run a peer in processes of its own."""
    films = [str(reel[kind]) for kind in KINDS]
    path = os.pathsep.join([str(ROOT), str(FOLDER)])
    shown = subprocess.run(
        [sys.executable, "-m", f"benchmarks.peer_{peer}", str(CORES), str(REPEATS), *films],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    taken: dict[str, list[float]] = json.loads(shown)
    return {
        kind: Taken([value / seconds[kind] / CORES for value in taken[str(reel[kind])]])
        for kind in KINDS
    }


def _install() -> str | None:
    """Fetch the peers' libraries unless they are there; says why if that fails."""
    digest = hashlib.sha256(LISTED.read_bytes()).hexdigest()
    stamp = FOLDER / "installed.sha256"
    if stamp.exists() and stamp.read_text() == digest:
        return None
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
    command += ["--require-hashes", "--requirement", str(LISTED), "--target", str(FOLDER)]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        return "the peers' libraries could not be installed"
    stamp.write_text(digest)
    return None
