"""What processes take of this machine, as the kernel counts it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")


def processor_s(pids: Iterable[int]) -> float:
    """Processor seconds of living processes, since each began."""
    return sum(_ticks(pid) for pid in pids) / TICKS


def memory_mb(pids: Iterable[int]) -> float:
    """Memory of processes; what several of them share is counted once (PSS)."""
    return sum(_proportional_kb(pid) for pid in pids) / 1000


def _ticks(pid: int) -> int:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def _proportional_kb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
