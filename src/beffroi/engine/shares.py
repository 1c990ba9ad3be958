"""How much of a host's processor time goes to which of its cameras.

Decoding and inference run in native threads that serve all cameras, so that no camera's own time
can be read; but the time that its pictures take to be analysed can, and tells busy from idle.
"""

import time
from collections.abc import Callable, Mapping


class ProcessorShares:
    """Shares out the processor time of this process.

    Args:
        processor_s: Processor seconds of this process so far.
    """

    def __init__(self, processor_s: Callable[[], float] = time.process_time) -> None:
        self._processor_s = processor_s
        self._spent = processor_s()
        self._busy: Mapping[str, float] = {}
        self._shares: dict[str, float] = {}

    def note(self, busy: Mapping[str, float]) -> Mapping[str, float]:
        """Share out what was spent since the last time.

        Args:
            busy: Seconds that each camera's pictures have taken to be analysed since it was opened.

        Returns:
            Processor seconds of each camera so far; what is spent while none is analysed is
            nobody's.
        """
        before, spent = self._spent, self._processor_s()
        took = {camera: s - self._busy.get(camera, 0.0) for camera, s in busy.items()}
        # A camera that was opened anew counts from 0 again.
        took = {camera: s if s >= 0 else busy[camera] for camera, s in took.items()}
        total = sum(took.values())
        self._spent, self._busy = spent, dict(busy)
        self._shares = {
            camera: self._shares.get(camera, 0.0) + (spent - before) * s / (total or 1.0)
            for camera, s in took.items()
        }
        return self._shares
