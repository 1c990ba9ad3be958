"""`python -m benchmarks [--json]`: run every benchmark and write `benchmarks/latest.json`."""

import argparse
import json
import os
import platform
import subprocess
from pathlib import Path

from benchmarks import footprint, pipeline

LATEST = Path(__file__).with_name("latest.json")


def main() -> None:
    """Run, print, and keep the figures beside the code that made them (not tracked)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON only")
    as_json = parser.parse_args().json
    figures = {**_where(), **pipeline.run(), **footprint.run()}
    LATEST.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")


def _where() -> dict[str, object]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {"commit": commit.stdout.strip(), "processor": processor, "cores": os.cpu_count()}


if __name__ == "__main__":
    main()
