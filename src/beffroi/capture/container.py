"""The only door to FFmpeg: what may be opened, for how long, and what an error may say.

A file is read through a handle of ours, so that FFmpeg knows no name, and only in formats that
hold their pictures themselves: a playlist, a session description or a film made of references
could send it to the network or to another file. A camera is reached through a relay of ours, so
that it cannot do so either. FFmpeg's own log stays off: it names addresses.
"""

import os
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, Final, TypeAlias

import av
from av.container import InputContainer
from av.format import Flags
from av.stream import Discard, Disposition, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from beffroi.capture.address import public_address
from beffroi.capture.imager import MAX_PIXELS
from beffroi.capture.relay import Relay
from beffroi.closing import Closing
from beffroi.errors import Actor, BadInput, BeffroiError, Unavailable

VideoPacket: TypeAlias = "av.Packet[VideoStream]"

OPEN_S: Final = 8.0
READ_S: Final = 4.0

_FORMATS: Final = (
    "mov,matroska,webm,avi,gif,apng,webp,mpegts,mpeg,mpegvideo,m4v,h264,hevc,obu,ivf,av1,flv,asf,"
    "ogg,mxf,nut,dv,rm,wtv,nuv,mjpeg,mpjpeg,yuv4mpegpipe,ico,dhav,"
    "jpeg_pipe,png_pipe,bmp_pipe,tiff_pipe,webp_pipe,gif_pipe,jpegxl_pipe,j2k_pipe,"
    "ppm_pipe,pgm_pipe,pam_pipe,qoi_pipe"
)
_FILE: Final = {
    "format_whitelist": _FORMATS,
    "protocol_whitelist": "none",
    "max_pixels": str(MAX_PIXELS),
}
_RTSP: Final = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "protocol_whitelist": "rtsp,tcp",
    "timeout": str(int(READ_S * 1e6)),
    "analyzeduration": "3000000",
    "max_pixels": str(MAX_PIXELS),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a new decoder must know to go on where another one was.

    Args:
        codec: FFmpeg's name.
        extradata: Parameter sets kept outside the packets.
        size: Width and height in pixels.
        pixel_format: FFmpeg's name, None if the packets tell.
        tag: The container's four-letter code.
        depth: Bits per coded sample, 0 if the packets tell.
        time_base: Seconds per unit of time stamps.
    """

    codec: str
    extradata: bytes | None
    size: tuple[int, int]
    pixel_format: str | None
    tag: str
    depth: int
    time_base: Fraction

    def decoder(self) -> VideoCodecContext:
        """A decoder that has seen nothing yet."""
        decoder = av.CodecContext.create(self.codec, "r")
        if not isinstance(decoder, VideoCodecContext):
            raise BadInput(f"{self.codec} is not a video codec.")
        decoder.extradata = self.extradata
        decoder.width, decoder.height = self.size
        decoder.codec_tag = self.tag
        if self.pixel_format:
            decoder.pix_fmt = self.pixel_format
        if self.depth:
            decoder.bits_per_coded_sample = self.depth
        return _prepared(decoder, threads=1)


class Refused(Unavailable):
    """The camera asks for other credentials; asking too often makes it lock the account."""


class VideoInput(Closing):
    """An open stream of which only the pictures are read.

    Args:
        container: Just opened; closed with this.
        threads: Of the decoder; 0 for as many as there are processors.
        through: Our handle on the file, or our relay to the camera; closed with this.
    """

    def __init__(
        self, container: InputContainer, *, threads: int, through: IO[bytes] | Relay
    ) -> None:
        self._container = container
        self._through = through
        self._stream = _moving_pictures(container)
        self._decoder = _prepared(self._stream.codec_context, threads=threads)
        self.recipe = _recipe(self._stream)

    @property
    def rate_hz(self) -> float | None:
        """Average pictures per second, if known."""
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(rate) if rate else None

    @property
    def reordered(self) -> bool:
        """Whether pictures are shown in another order than they come."""
        return self._decoder.has_b_frames

    @property
    def spliced(self) -> bool:
        """Whether time stamps of this format may jump."""
        return Flags.ts_discont in Flags(self._container.format.flags)

    @property
    def problem(self) -> str | None:
        """Why the camera is not listened to any more, if that was our choice."""
        return self._through.problem if isinstance(self._through, Relay) else None

    def packets(self) -> Iterator[VideoPacket]:
        """Compressed pictures; the last one is empty and flushes the decoder."""
        return self._container.demux(self._stream)

    def decode(self, packet: "VideoPacket | av.Packet[Stream]") -> list[av.VideoFrame]:
        """The pictures that a packet completes, in order of presentation."""
        return self._decoder.decode(packet)

    def close(self) -> None:
        """Let go of the stream."""
        self._container.close()
        self._through.close()


def open_file(path: str) -> VideoInput:
    """Open a local video or still.

    Raises:
        BadInput: Not there, not readable, or not a video that can be read.
    """
    file = _handle(path)
    try:
        container = av.open(file, "r", options=_FILE, metadata_errors="replace")
        return VideoInput(container, threads=0, through=file)
    except (av.FFmpegError, ValueError):
        problem = f"{path} is not a video or picture that can be read, or it is damaged."
    except BeffroiError as error:
        problem = f"{path}: {error.message}"
    except BaseException:
        file.close()
        raise
    file.close()
    raise BadInput(problem)


def open_rtsp(address: str) -> VideoInput:
    """Open a live stream over TCP, pictures only; sound is not even asked for.

    Args:
        address: With credentials, if there are any.

    Raises:
        Refused: The camera does not accept the credentials.
        Unavailable: The camera is away, sends no video, or sends us elsewhere.
    """
    try:
        relay = Relay(address, READ_S)
    except BadInput as error:
        problem = error.message
    except (OSError, UnicodeError) as error:
        problem = explain(error)
    else:
        return _open_through(relay, public_address(address))
    raise Unavailable(f"{public_address(address)}: {problem}")


def _open_through(relay: Relay, shown: str) -> VideoInput:
    kind = Unavailable
    try:
        container = av.open(
            relay.address,
            "r",
            format="rtsp",
            options=_RTSP,
            metadata_errors="replace",
            timeout=(OPEN_S, READ_S),
        )
        return VideoInput(container, threads=1, through=relay)
    except _REFUSALS:
        kind, problem = Refused, "The camera refuses the user name or password."
    except av.FFmpegError as error:
        problem = explain(error)
    except BadInput as error:
        problem = error.message
    except ValueError:
        problem = "The camera's description of its stream cannot be read."
    except BaseException:
        relay.close()
        raise
    relay.close()
    raise kind(f"{shown}: {relay.problem or problem}")


def explain(error: Exception) -> str:
    """An error of FFmpeg or of the network in a sentence of ours; theirs hold the address."""
    for kinds, sentence in _SENTENCES:
        if isinstance(error, kinds):
            return sentence
    return f"The stream cannot be read ({type(error).__name__})."


_REFUSALS: Final = (av.HTTPUnauthorizedError, av.HTTPForbiddenError)
_SENTENCES: Final = (
    (av.HTTPNotFoundError, "The camera has no stream at this path."),
    (ConnectionRefusedError, "Nothing answers at this address and port."),
    ((av.ExitError, av.TimeoutError, TimeoutError), "The camera does not answer in time."),
    (av.InvalidDataError, "What comes is not a video that can be read."),
    (EOFError, "The camera has ended the stream."),
    (
        ssl.SSLCertVerificationError,
        "The camera's certificate is not one that this machine trusts for this name.",
    ),
    (OSError, "The network does not lead to the camera, or it broke the connection."),
)


def _handle(path: str) -> IO[bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except PermissionError:
        problem, actor = f"{path} may not be read by this user.", Actor.ADMINISTRATOR
    except (OSError, ValueError):
        problem, actor = f"There is no file at {path}.", Actor.USER
    else:
        return _regular(path, descriptor)
    raise BadInput(problem, actor=actor)


def _regular(path: str, descriptor: int) -> IO[bytes]:
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size:
        return os.fdopen(descriptor, "rb", buffering=0)
    os.close(descriptor)
    kind = "is empty" if stat.S_ISREG(found.st_mode) else "is a folder or a device, not a file"
    raise BadInput(f"{path} {kind}.")


def _moving_pictures(container: InputContainer) -> VideoStream:
    films = [
        stream
        for stream in container.streams.video
        if stream.codec_context and not stream.disposition & Disposition.attached_pic
    ]
    if not films:
        container.close()
        raise BadInput("there is no picture in it that can be decoded.")
    for stream in container.streams:
        if stream.index != films[0].index:
            stream.discard = Discard.all
    return films[0]


def _prepared(decoder: VideoCodecContext, *, threads: int) -> VideoCodecContext:
    decoder.copy_opaque = True
    decoder.thread_count = threads
    decoder.thread_type = "SLICE"  # a thread a picture costs a fifth more in all
    decoder.options = {"max_pixels": str(MAX_PIXELS)}
    return decoder


def _recipe(stream: VideoStream) -> Recipe:
    decoder = stream.codec_context
    return Recipe(
        codec=decoder.name,
        extradata=decoder.extradata,
        size=(decoder.width, decoder.height),
        pixel_format=decoder.pix_fmt,
        tag=decoder.codec_tag,
        depth=decoder.bits_per_coded_sample,
        time_base=stream.time_base or Fraction(1, 90_000),
    )
