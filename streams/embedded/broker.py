"""`noida-db` (one binary that speaks the Kafka protocol), bound to loopback and ended with its parent."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import TracebackType

_START_SECONDS = 15.0
_STOP_SECONDS = 5.0
_ATTEMPTS = 3  # another process may take the free port before the broker binds it


class BrokerFailed(RuntimeError):
    """The broker did not come up; the text holds the end of its log."""


def die_with_parent() -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel end the child when its parent dies, even by kill -9; None off Linux.

    Elsewhere a killed parent leaves the broker running until somebody ends it; a normal exit never does.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # the parent died before the call
            os._exit(1)

    return ask_kernel


def free_port() -> int:
    """A TCP port on loopback that is free now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class EmbeddedBroker:
    """A broker of one's own: `with EmbeddedBroker() as broker: … broker.bootstrap`.

    Without `data_dir` its data lies in a temporary folder that is removed at the end.
    """

    def __init__(self, data_dir: Path | None = None, port: int | None = None) -> None:
        """`port` None: any free one."""
        self._temporary = tempfile.TemporaryDirectory(prefix="qawl-broker-") if data_dir is None else None
        self._data_dir = Path(self._temporary.name) if self._temporary else Path(data_dir or "")
        self._wanted = port
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def bootstrap(self) -> str:
        """HOST:PORT for Kafka clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running broker."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the broker and wait until it accepts connections.

        Raises:
            BrokerFailed: the binary is missing, or the broker is not up within 15 s.
        """
        binary = files("noida_db") / "noida-db"
        if not binary.is_file():
            raise BrokerFailed("the package noida-db has no binary for this platform: set QAWL_KAFKA_BOOTSTRAP instead")
        path = Path(str(binary))
        if not os.access(path, os.X_OK):
            path.chmod(0o755)  # wheels lose the executable bit
        self._data_dir.mkdir(parents=True, exist_ok=True)
        for attempt in range(_ATTEMPTS):
            self.port = self._wanted or free_port()
            try:
                self._launch(path)
                return
            except BrokerFailed:
                self._end_process()
                if attempt == _ATTEMPTS - 1 or self._wanted:
                    raise

    def _launch(self, path: Path) -> None:
        log = self._data_dir / "broker.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [str(path), "start", "--only", "kafka", "--host", "127.0.0.1", "--kafka-port", str(self.port)]
                + ["--data-dir", str(self._data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C in a terminal is for us to handle, the broker is stopped last
                preexec_fn=die_with_parent(),
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=0.5):
                    return
            except OSError:
                time.sleep(0.02)
        tail = log.read_text(errors="replace")[-800:].strip()
        raise BrokerFailed(f"the embedded broker did not come up on port {self.port}; its log ends: {tail}")

    def stop(self) -> None:
        """End the broker; its data stays unless the folder is temporary. Safe to call twice."""
        self._end_process()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _end_process(self) -> None:
        process = self._process
        if process is None:
            return
        self._process = None
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> "EmbeddedBroker":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
