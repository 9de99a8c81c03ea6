"""Files that are written: a report whole or not at all, never an old one in a new one's place, and whole lines."""

import errno
import os
import secrets
import select
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import TextIO

from fleet_contract.spec.files import Contradiction

STANDARD_OUTPUT = "-"
UNREAD_SECONDS = 60.0  # that a full pipe may stay so; a reader that is slow takes something now and then
# A folder where nothing can be made, or a file that is mounted: then the file itself may be written.
_ONLY_IN_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})
_NEW, _OURS = 0o666, 0o600  # permissions: of a new file before the umask, and of one while it is written
# The permissions of the files that `prepare` took away: what replaces one is for the same eyes.
_taken_away: dict[Path, int] = {}


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
        _remember(real)
        real.unlink(missing_ok=True)
    except OSError as wrong:
        if wrong.errno not in _ONLY_IN_PLACE or not real.exists():
            raise
        _write_in_place(real, b"")


def _remember(real: Path) -> None:
    _taken_away.pop(real, None)
    if real.exists():
        _taken_away[real] = _permissions(real)


def _permissions(real: Path) -> int:
    return stat.S_IMODE(real.stat().st_mode) & 0o777


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
    """Write a file beside another, with the permissions that the other has or had, or else those of a new file."""
    kept = _permissions(real) if real.exists() else _taken_away.get(real)
    beside = real.with_name(f".fleet-contract-{secrets.token_hex(4)}.tmp")
    try:
        beside.touch(_NEW if kept is None else _OURS, exist_ok=False)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if kept is not None:
            beside.chmod(kept)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    return beside


def _write_in_place(path: Path, data: bytes) -> None:
    """Write to what is there; a pipe whose reader takes nothing for UNREAD_SECONDS raises TimeoutError."""
    with open(path, "wb", buffering=0, opener=_opened_at_once) as file:  # Path.open takes no opener
        left = memoryview(data)
        while left:
            count = file.write(left)
            if count is None and not select.select([], [file], [], UNREAD_SECONDS)[1]:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            left = left[count or 0 :]


def add(path: Path, text: str) -> None:
    """Add whole lines to a file, or nothing; raises OSError.

    They begin a line of their own, whether or not somebody's editor ended the last one:
    in a file that may not be read, an empty line stands before them.
    """
    data = text.encode("utf-8", "backslashreplace")
    with _opened_to_add(path) as file:
        if not file.seekable():
            raise OSError(errno.ESPIPE, "it is a pipe or a terminal, and no file")
        before = file.seek(0, os.SEEK_END)
        if data and not _ends_a_line(file, before):
            data = b"\n" + data
        try:
            if file.write(data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with suppress(OSError):
                file.truncate(before)
            raise


def _opened_to_add(path: Path) -> FileIO:
    try:
        return open(path, "a+b", buffering=0, opener=_opened_at_once)
    except PermissionError:
        return open(path, "ab", buffering=0, opener=_opened_at_once)


def _ends_a_line(file: FileIO, length: int) -> bool:
    if not length:
        return True
    if not file.readable():
        return False
    file.seek(length - 1)
    return file.read(1) == b"\n"


def _opened_at_once(name: str, flags: int) -> int:
    """Open a file that holds nobody up; a pipe that nobody reads raises ENXIO, and one that is full takes nothing."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0), _NEW)  # Windows has neither that nor such pipes.
