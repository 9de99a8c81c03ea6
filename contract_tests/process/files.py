"""Reports as files: written whole or not at all, and never an old one in a new one's place."""

import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from fleet_contract.spec.files import Contradiction

STANDARD_OUTPUT = "-"
# A folder where nothing can be made, or a file that is mounted: then the file itself may be written.
_ONLY_IN_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})


def prepare(reports: Iterable[Path], others: Iterable[Path] = ()) -> None:
    """See to it that a report can be written to each path, and that none of an earlier run is found there.

    Rather now than when the fleets are spent. `others` are files that the run reads or
    writes beside. Raises Contradiction.
    """
    reports = list(reports)
    _require_distinct(reports, others)
    for path in reports:
        try:
            _prepare(path)
        except OSError as wrong:
            raise Contradiction(
                f"Cannot write the report {path}: {wrong.strerror}. Choose a file that can be written."
            ) from None


def _require_distinct(reports: Iterable[Path], others: Iterable[Path]) -> None:
    taken = {_place(path) for path in others}
    for path in reports:
        place = _place(path)
        if place in taken and not _is_device(path):
            raise Contradiction(
                f"The report {path} would overwrite a file that this run reads or writes for another purpose. "
                f"Expected a file of its own. Choose another."
            )
        taken.add(place)


def _place(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except OSError:  # The working directory is gone, as whoever opens the file will say.
        return str(path)


def _is_device(path: Path) -> bool:
    return path.exists() and stat.S_ISCHR(path.stat().st_mode)


def _prepare(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if standard_stream(path):
        return
    if _is_special(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    real = Path(os.path.realpath(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    try:
        _beside(real, b"").unlink()
        real.unlink(missing_ok=True)
    except OSError as wrong:
        if wrong.errno not in _ONLY_IN_PLACE or not real.exists():
            raise
        _write_in_place(real, b"")


def write(path: Path, text: str | bytes) -> None:
    """Write a report whole, or leave what is there; raises OSError."""
    # Half of a surrogate pair, which a server may have taken for an identifier, is written as JSON escapes it.
    data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    stream = standard_stream(path)
    if stream:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    elif _is_special(path):
        _write_in_place(path, data)
    else:
        _replace(Path(os.path.realpath(path)), data)


def standard_stream(path: Path) -> TextIO | None:
    """Return the stream of this process that a path names: a second opening would write over what the first has.

    `-` names standard output, as for most commands.
    """
    if str(path) == STANDARD_OUTPUT:
        return sys.stdout
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        with suppress(OSError):
            there, here = path.stat(), os.fstat(number)
            if os.path.samestat(there, here) and (os.isatty(number) or not stat.S_ISCHR(here.st_mode)):
                return stream
    return None


def is_bounded(path: Path) -> bool:
    """Say whether writing there ends by itself, whoever reads it."""
    return not standard_stream(path) and not _is_special(path)


def _is_special(path: Path) -> bool:
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


def _replace(real: Path, data: bytes) -> None:
    try:
        beside = _beside(real, data)
        try:
            beside.replace(real)
        except OSError:
            beside.unlink()
            raise
    except OSError as wrong:
        if wrong.errno not in _ONLY_IN_PLACE or not real.exists():
            raise
        _write_in_place(real, data)


def _beside(real: Path, data: bytes) -> Path:
    """Write a file beside another, with the permissions that a new file gets."""
    beside = real.with_name(f".fleet-contract-{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    return beside


def _write_in_place(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
