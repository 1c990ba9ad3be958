"""`beffroi camera`: enter cameras, set them up, take them out of service."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from beffroi.cli.installation import (
    As,
    Installation,
    make_installation,
    open_installation,
)
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.errors import BadInput, BeffroiError
from beffroi.mandate.backgrounds import set_background
from beffroi.mandate.cameras import (
    CameraSpec,
    Polygon,
    add_camera,
    camera_states,
    change_camera,
    credentials_file,
    current_version,
    list_cameras,
    remove_camera,
    split_credentials,
    store_credentials,
)
from beffroi.mandate.commissioning import commission
from beffroi.mandate.rights import Permission

app = typer.Typer(
    name="camera",
    no_args_is_help=True,
    help="Enter cameras, set them up, take them out of service.",
)

CameraId = Annotated[str, typer.Argument(metavar="CAMERA", help="Its id, e.g. `parc`.")]
Reason = Annotated[str, typer.Option(help="Why the camera is opened; it is recorded.")]
Name = Annotated[str | None, typer.Option(help="What people call it.")]
Masks = Annotated[
    Path | None,
    typer.Option(help="JSON list of polygons never to be looked at, in picture fractions."),
]
Ground = Annotated[
    Path | None, typer.Option(help="JSON 3 by 3 matrix from picture fractions to metres.")
]
Place = Annotated[
    str | None,
    typer.Option(help="x,y,heading,view: place on the plan in fractions, and angles in degrees."),
]

T = TypeVar("T")
U = TypeVar("U")

Row = tuple[float, float, float]
MASKS: Final[TypeAdapter[Sequence[Polygon]]] = TypeAdapter(Sequence[Polygon])
GROUND: Final = TypeAdapter(tuple[Row, Row, Row])


@app.command()
def add(
    camera: CameraId,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="rtsp://… or sim://square?seed=1")
    ],
    name: Name = None,
    reason: Reason = "first set-up",
    masks: Masks = None,
    ground: Ground = None,
    place: Place = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Enter a camera, open it once to check it, and say what comes next.

    Example: `beffroi camera add pont rtsp://192.0.2.7/stream --as technicien`
    """
    site = make_installation(data)
    address, credentials = split_credentials(address)
    _require_scene(address)
    spec = CameraSpec(
        name or camera,
        address,
        _read(masks, MASKS, ()),
        _read(ground, GROUND, None),
        _place(place),
    )
    with site.acting(login, Permission.SET_UP_CAMERAS) as (session, account):
        actor = account.pseudonym
        add_camera(session, camera, spec, actor=actor, clock=site.clock)
        commission(
            session,
            camera,
            reason=reason,
            duration=timedelta(hours=1),
            actor=actor,
            clock=site.clock,
        )
        if credentials is not None:
            store_credentials(site.folder.secrets, camera, credentials)
    typer.echo(f"{camera} is entered, and you may set it up for one hour: both are in the ledger.")
    try:
        width, height = _size(site, camera, actor)
    except BeffroiError as error:
        typer.echo(f"It could not be opened: {error.message}", err=True)
        typer.echo(f"Correct it with `beffroi camera change {camera} --address …`.", err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"It answers with pictures of {width} by {height}.\n"
        "Next:\n"
        f"  beffroi camera still {camera} --out still.png   look at it, pixelated, to place masks\n"
        f"  beffroi camera change {camera} --masks masks.json   hide windows and private ground\n"
        f"  beffroi camera survey {camera}   what it is fit for, and its best input size\n"
        f"  beffroi camera background {camera}   the empty place, shown behind the skeletons\n"
        "  beffroi use add --help   nothing is analysed before a use is voted and published"
    )


@app.command("list")
def list_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the cameras in service and how they do; --json counts their pictures and energy.

    Example: `beffroi camera list --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        states = camera_states(session)
        rows = [
            {
                "id": version.camera_id,
                "name": version.name,
                "address": version.address,
                "version": version.number,
                "state": state.state if (state := states.get(version.camera_id)) else "off",
                "detail": state.detail if state else "",
                "analysed": state.analysed if state else 0,
                "skipped": state.skipped if state else 0,
                "spared": state.spared if state else 0,
                "energy_mwh": state.energy_mwh if state else None,
                "energy_estimated": state.energy_estimated if state else None,
            }
            for version in list_cameras(session)
        ]
    print_rows(
        ("id", "name", "state", "detail"),
        rows,
        as_json=as_json,
        none="No camera yet: `beffroi camera add --help`.",
        whole=("id", "name", "state"),
    )


@app.command()
def change(
    camera: CameraId,
    address: Annotated[str | None, typer.Option(help="Its new address.")] = None,
    name: Name = None,
    masks: Masks = None,
    ground: Ground = None,
    place: Place = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record a new version of a camera; what is not given stays.

    Example: `beffroi camera change parc --masks masks.json --as technicien`
    """
    site = open_installation(data)
    with site.acting(login, Permission.SET_UP_CAMERAS) as (session, account):
        before = current_version(session, camera)
        public, credentials = split_credentials(address or before.address)
        _require_scene(public)
        spec = CameraSpec(
            name or before.name,
            public,
            _read(masks, MASKS, before.masks),
            _read(ground, GROUND, before.ground),
            _place(place) or before.place,
        )
        version = change_camera(session, camera, spec, actor=account.pseudonym, clock=site.clock)
        if credentials is not None:
            store_credentials(site.folder.secrets, camera, credentials)
    typer.echo(f"{camera} is now in version {version.number}.")


@app.command()
def remove(camera: CameraId, login: As = None, data: Data = DATA) -> None:
    """Take a camera out of service; its history stays.

    Example: `beffroi camera remove parc --as technicien`
    """
    site = open_installation(data)
    with site.acting(login, Permission.SET_UP_CAMERAS) as (session, account):
        remove_camera(session, camera, actor=account.pseudonym, clock=site.clock)
    credentials_file(site.folder.secrets, camera).unlink(missing_ok=True)
    typer.echo(f"{camera} is out of service.")


@app.command("commission")
def commission_(
    camera: CameraId,
    reason: Reason,
    hours: Annotated[float, typer.Option(help="How long, at most 24.")] = 1,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Ask leave to open a camera in order to set it up; it is logged.

    Example: `beffroi camera commission parc --reason "new masks" --as technicien`
    """
    site = open_installation(data)
    with site.acting(login, Permission.SET_UP_CAMERAS) as (session, account):
        row = commission(
            session,
            camera,
            reason=reason,
            duration=timedelta(hours=hours),
            actor=account.pseudonym,
            clock=site.clock,
        )
    typer.echo(f"{camera} may be opened for set-up until {row.ends_at:%Y-%m-%d %H:%M} UTC.")


@app.command()
def still(
    camera: CameraId,
    out: Annotated[Path, typer.Option(help="Where to write the PNG.")] = Path("still.png"),
    login: As = None,
    data: Data = DATA,
) -> None:
    """Take one picture, masked and pixelated as a whole, under a commissioning; it is logged.

    Example: `beffroi camera still parc --out still.png --as technicien`
    """
    from beffroi.capture.picture import to_png
    from beffroi.cli.visiting import sign_in_to_visit
    from beffroi.engine.setup import take_still

    site = open_installation(data)
    out.write_bytes(to_png(take_still(sign_in_to_visit(site, camera, login))))
    typer.echo(f"Wrote {out}.")


@app.command()
def background(
    camera: CameraId,
    seconds: Annotated[float, typer.Option(help="How long to look.", min=10, max=120)] = 20,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Keep the empty place, masked and blurred, to draw skeletons over; it is logged.

    Example: `beffroi camera background parc --as technicien`
    """
    from beffroi.capture.picture import to_jpeg
    from beffroi.cli.visiting import sign_in_to_visit
    from beffroi.engine.setup import take_background

    site = open_installation(data)
    visit = sign_in_to_visit(site, camera, login)
    picture = to_jpeg(take_background(visit, seconds))
    with site.writing() as session:
        set_background(session, camera, picture, actor=visit.actor, clock=site.clock)
    typer.echo(f"{camera} has its background.")


@app.command()
def survey(
    camera: CameraId,
    minutes: Annotated[float, typer.Option(help="How long to look.", min=0.2, max=120)] = 5,
    view: Annotated[
        float | None, typer.Option(help="Horizontal angle of view in degrees.", min=10, max=150)
    ] = None,
    height: Annotated[
        float | None, typer.Option(help="How high the camera hangs, in metres.", min=2, max=60)
    ] = None,
    ground: Annotated[
        Path | None, typer.Option(help="Where to write the ground found, for `camera change`.")
    ] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Look at who passes: what the camera is fit for, its best input size, where its ground lies.

    Nothing is kept but what is printed, and a line in the ledger. With --view and --height the
    ground is measured by people.

    Example: `beffroi camera survey parc --view 60 --height 5 --as technicien`
    """
    from beffroi.cli.models import progress_bars
    from beffroi.cli.surveying import tell
    from beffroi.cli.visiting import sign_in_to_visit
    from beffroi.engine.equipment import equipment_of
    from beffroi.engine.setup import survey as look

    if ground is not None and (view is None or height is None):
        raise BadInput("To find the ground, give both --view and --height.")
    site = open_installation(data)
    visit = sign_in_to_visit(site, camera, login)
    with progress_bars() as report:
        seen = look(visit, minutes * 60, partial(report, f"Looking through {camera}"))
    machine = equipment_of(site.folder, site.settings.engine)
    with site.database.read() as session:
        calibrated = current_version(session, camera).ground is not None
    for line in tell(seen, machine, calibrated):
        typer.echo(line)
    if view is not None and height is not None:
        found = seen.people.ground(view, height)
        typer.echo(
            f"The camera looks down by {found.tilt_deg:.0f}°; people come out within "
            f"{found.error:.0%} of the usual height (statures alone differ by about 4%)."
        )
        if ground is not None:
            ground.write_text(json.dumps(found.ground.matrix.tolist()), encoding="utf-8")
            typer.echo(
                f"Wrote {ground}. Check it against a distance that you know, then: "
                f"`beffroi camera change {camera} --ground {ground}`"
            )


def _require_scene(address: str) -> None:
    """Refuse a synthetic camera that could never answer; a real one may only be away."""
    from beffroi.simulation.address import parse_address
    from beffroi.simulation.scene import scene_names

    if address.startswith("sim:") and (scene := parse_address(address).name) not in scene_names():
        raise BadInput(
            f"“{scene}” is not a scene of the synthetic city; choose one of "
            f"{', '.join(scene_names())}."
        )


def _size(site: Installation, camera: str, actor: str) -> tuple[int, int]:
    from beffroi.cli.visiting import visit
    from beffroi.engine.setup import take_still

    height, width, _ = take_still(visit(site, camera, actor)).shape
    return width, height


def _read(path: Path | None, shape: TypeAdapter[T], otherwise: U) -> T | U:
    if path is None:
        return otherwise
    try:
        return shape.validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole"
        wanted = f"masks as [[[x, y], …], …], or a ground matrix as [[a, b, c], …]; see {place}"
        raise BadInput(f"{path} is not JSON of the shape expected: {wanted}.") from error


def _place(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    try:
        x, y, heading, view = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadInput("--place takes four numbers: x,y,heading,view.") from error
    return {"x": x, "y": y, "heading": heading, "view": view}
