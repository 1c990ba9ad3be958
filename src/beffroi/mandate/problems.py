"""What a reader of fields complains of, in one line for whoever wrote them."""

from pydantic import ValidationError


def in_one_line(error: ValidationError, whole: str = "") -> str:
    """Each problem with the place of its field.

    Args:
        error: What the reader found.
        whole: What to call the fields together, where the problem is in no one of them.
    """
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or whole}: {problem['msg']}"
        for problem in error.errors()
    )
