"""OpenVINO, the one way in.

OpenVINO imports a telemetry package when it is there. Shutting that package out before the first
import is what keeps it from calling home, so no other module may import OpenVINO by itself.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # how Python spells "absent"

import openvino as ov  # noqa: E402

__all__ = ["ov"]
