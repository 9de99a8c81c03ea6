"""The state file: held by one mock, read once, and replaced whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fleet_contract.mock_server.seed import Tell
from fleet_contract.mock_server.state_lines import Damaged, read_state
from fleet_contract.mock_server.store import State
from fleet_contract.spec.files import Contradiction, expanded

try:
    import fcntl
except ImportError:  # Windows has none.
    fcntl = None  # type: ignore[assignment]

OWN_EYES_ONLY = 0o600  # It holds API keys and invitation codes.
LEFT_ALONE = "It was left as it is. Restore a copy of it, or name another file in --state."
BLOCK = b" " * 4096


class StateFile:
    """A file that holds the state of one mock, and beside it one that no other mock can lock meanwhile.

    `is_loaded` says whether the mock began with what it held, and `trouble` why it could
    not be written the last time.
    """

    def __init__(self, path: Path) -> None:
        # Behind a link it is the file that is replaced, and not the link.
        self.path = Path(os.path.realpath(expanded(path)))
        self.is_loaded = False
        self.trouble: OSError | None = None
        self._new = self.path.with_name(f"{self.path.name}.new")
        self._lock = Lock(self.path.with_name(f"{self.path.name}.lock"))

    @contextmanager
    def held(self) -> Iterator["StateFile"]:
        """Hold the file as long as the block lasts.

        Raises Contradiction where it cannot be held or written, and after the block where
        the last state of it could not be saved.
        """
        try:
            if self.path.exists() and not self.path.is_file():
                raise Contradiction(f"--state {self.path} is not a file. Name a file, which need not exist yet.")
            if not self._lock.taken():
                raise Contradiction(
                    f"Another mock keeps its state in {self.path}. Stop that one, or name another file in --state."
                )
        except OSError as wrong:
            raise self._unwritable(wrong) from None
        try:
            self._require_room()
            yield self
        finally:  # whatever ends the block; a signal does so as SystemExit
            self._lock.leave()
            if self.trouble:
                raise Contradiction(f"{self.not_saved()} What has changed since it was last saved is lost.")

    def read(self, tell: Tell) -> State | None:
        """Return the state that the file holds, None where there is none; raises Contradiction."""
        try:
            with self.path.open("rb") as file:
                state = read_state(file, tell)
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise Contradiction(
                f"The state file {self.path} cannot be read: {wrong.strerror}. Correct --state."
            ) from None
        except Damaged as wrong:
            raise Contradiction(f"The state file {self.path} is damaged or foreign. {wrong}. {LEFT_ALONE}") from None
        self.is_loaded = True
        return state

    @contextmanager
    def created(self) -> Iterator[int]:
        """Give a descriptor of a new file, which is removed after the block unless it was published; raises OSError."""
        self._new.unlink(missing_ok=True)  # A mock that was killed has left it.
        descriptor = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_EYES_ONLY)
        try:
            with suppress(OSError):
                os.fchmod(descriptor, stat.S_IMODE(self.path.stat().st_mode))
            yield descriptor
        finally:
            os.close(descriptor)
            self._new.unlink(missing_ok=True)

    def publish(self, created: int) -> None:
        """Let the new file take the place of this one, once all of it is on the disk; raises OSError."""
        os.fsync(created)
        self._new.replace(self.path)
        with suppress(OSError):  # Not all systems can do so to a folder.
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def not_saved(self) -> str:
        """Return in words why the state was not saved."""
        reason = self.trouble.strerror if self.trouble else None
        return f"The state could not be saved to {self.path}: {reason or self.trouble}."

    def _require_room(self) -> None:
        """Raise Contradiction unless a file can take the place of this one."""
        if self.path.exists() and not os.access(self.path, os.W_OK):
            raise Contradiction(f"The state file {self.path} is read-only. Make it writable, or correct --state.")
        try:
            with self.created() as created:
                os.write(created, BLOCK)
                os.fsync(created)
        except OSError as wrong:
            raise self._unwritable(wrong) from None

    def _unwritable(self, wrong: OSError) -> Contradiction:
        return Contradiction(
            f"The state file {self.path} cannot be written: {wrong.strerror}. "
            "Expected a file in a folder in which files can be made. Correct --state."
        )


class Lock:
    """A file that one process at a time can lock, which is gone when that has left it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def taken(self) -> bool:
        """Lock the file, and say whether no other process has done so; raises OSError."""
        if fcntl is None:
            raise Contradiction("--state needs a system that can lock files, which this one cannot. Leave it out.")
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, OWN_EYES_ONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            if self._is_of(descriptor):
                self._descriptor = descriptor
                return True
            os.close(descriptor)  # Who held it has removed it meanwhile.

    def leave(self) -> None:
        """Remove the file and unlock it, in this order: so no other process locks one that is about to go."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)

    def _is_of(self, descriptor: int) -> bool:
        """Say whether a descriptor is of the file that has the path now."""
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False
