"""The laboratory: local files and the synthetic city, never a live address or a city's camera."""

import math
from pathlib import Path
from urllib.parse import urlsplit

from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate.permit import Basis, Permit, issue


def laboratory_permit(address: str) -> Permit:
    """Leave to analyse a local file or a synthetic scene, for tests, training and evaluation.

    Args:
        address: A path, or ``sim://scene?seed=1``.

    Raises:
        NotAuthorised: The address is live; only a mandate opens those.
        BadInput: No such file.
    """
    if "://" in address:
        if urlsplit(address).scheme != "sim":
            raise NotAuthorised(
                "The laboratory reads local files and sim:// scenes only; a live address needs "
                "a camera and a use in force."
            )
    else:
        path = Path(address)
        if not path.exists():
            raise BadInput(f"There is no file at {address}.")
        if not path.is_file():
            raise BadInput(f"{address} is not a regular file; the laboratory reads files only.")
    return issue(address, Basis.LABORATORY, camera=None, uses=(), deadline=math.inf)
