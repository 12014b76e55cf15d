"""`noida-db` (one binary that speaks the Kafka protocol), bound to loopback and ended with its parent."""

import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import TracebackType

_HOST = "127.0.0.1"
_START_SECONDS = 15.0
_STOP_SECONDS = 5.0
_ATTEMPTS = 3  # another process may take the free port before the broker binds it
_LOG_TAIL = 800  # characters of the log in an error
# Metadata, version 1, correlation id 1, no client id, no topics: length, then the request.
_METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)


class BrokerFailed(RuntimeError):
    """The broker did not come up; the text holds the end of its log."""


def die_with_parent() -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel end the child when its parent dies, even by kill -9; None off Linux.

    "Parent" is the thread that starts the child: use it in the main thread, and for children that leave nothing behind.
    The broker is watched by `guard.py` instead.
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


def free_port(wanted: int = 0) -> int:
    """A TCP port on loopback that is free now: the wanted one, if it is."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else one that was just in use would not count as free
        try:
            s.bind((_HOST, wanted))
        except OSError:
            s.bind((_HOST, 0))
        return int(s.getsockname()[1])


class EmbeddedBroker:
    """A broker of one's own: `with EmbeddedBroker() as broker: … broker.bootstrap`.

    Without `data_dir` its data lies in a temporary folder that is removed at the end, also when this process is killed.
    With one, all data is there again for the next broker on the same folder after `stop`. A broker that is itself
    killed loses what it acknowledged last: noida-db 0.2.3 acknowledges from memory and writes a snapshot about once a
    second (measured: up to 1 s lost). It is for trying and for tests, production needs a real Kafka.
    """

    def __init__(self, data_dir: Path | None = None, port: int | None = None) -> None:
        """`port` None: any free one."""
        self._kept = data_dir
        self._wanted = port
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def bootstrap(self) -> str:
        """HOST:PORT for Kafka clients."""
        return f"{_HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running broker."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    @property
    def data_dir(self) -> Path:
        """Where the broker keeps its data and its log (`broker.log`)."""
        if self._temporary is not None:
            return Path(self._temporary.name)
        assert self._kept is not None, "the broker is not running"
        return self._kept

    def start(self) -> None:
        """Start the broker and wait until it answers a Kafka request.

        Raises:
            BrokerFailed: no binary can be run on this platform, or the broker did not answer within 15 s.
        """
        assert self._process is None, "the broker is running"
        binary = _binary()
        if self._kept is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="qawl-broker-")
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            for attempt in range(1, _ATTEMPTS + 1):
                self.port = self._wanted or free_port()
                if self._launch(binary):
                    return
                if self._wanted or self._is_running() or attempt == _ATTEMPTS:
                    break
                self._end_processes()
            raise BrokerFailed(
                f"the embedded broker does not answer on port {self.port}; its log ends: {self._log_tail()}"
            )
        except OSError as e:
            self.stop()
            raise BrokerFailed(f"the embedded broker cannot be started: {e}. Set QAWL_KAFKA_BOOTSTRAP instead") from e
        except BaseException:
            self.stop()
            raise

    def _launch(self, binary: Path) -> bool:
        """Whether a broker answers on `self.port`, started by this call."""
        guard = [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))]
        # Before the broker, so that there is no moment in which it runs unwatched.
        self._guard = subprocess.Popen(
            guard + ([self._temporary.name] if self._temporary else []),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        command = [str(binary), "start", "--only", "kafka", "--host", _HOST, "--kafka-port", str(self.port)]
        with (self.data_dir / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(self.data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is for us to handle, the broker is stopped last
            )
        self._tell_guard(f"{self._process.pid}\n")
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if _answers(self.port):
                return True
            time.sleep(0.01)
        return False

    def check(self) -> None:
        """Raises BrokerFailed where the broker has ended by itself, or somebody ended it."""
        if not self._is_running():
            raise BrokerFailed(f"the embedded broker has ended; its log ends: {self._log_tail()}")

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the broker; its data stays unless the folder is temporary. Safe to call twice."""
        self._end_processes()
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def _end_processes(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            # On SIGTERM noida-db writes all that it holds, which nobody will read in a folder about to be removed.
            process.terminate() if self._temporary is None else process.kill()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._guard is not None:
            self._tell_guard("\n" if process is not None else "\n\n")
            assert self._guard.stdin is not None
            self._guard.stdin.close()
            self._guard.wait()
            self._guard = None

    def _tell_guard(self, line: str) -> None:
        assert self._guard is not None and self._guard.stdin is not None
        try:
            self._guard.stdin.write(line.encode())
            self._guard.stdin.flush()
        except BrokenPipeError:  # somebody ended it: the broker still stops with us, unless we are killed
            return

    def _log_tail(self) -> str:
        return (self.data_dir / "broker.log").read_text(errors="replace")[-_LOG_TAIL:].strip()

    def __enter__(self) -> "EmbeddedBroker":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _binary() -> Path:
    try:
        path = Path(str(files("noida_db"))) / ("noida-db.exe" if os.name == "nt" else "noida-db")
        if not path.is_file():
            raise FileNotFoundError
        if not os.access(path, os.X_OK):
            path.chmod(0o755)  # wheels lose the executable bit
    except (ImportError, OSError) as e:
        raise BrokerFailed(
            "the package noida-db has no binary that can be run on this platform: set QAWL_KAFKA_BOOTSTRAP instead"
        ) from e
    return path


def _answers(port: int) -> bool:
    """Whether a Kafka broker answers on this port and tells its clients to come to this port.

    Asked byte by byte rather than with a client: a client needs an event loop, and may be waiting in one.
    """
    try:
        with socket.create_connection((_HOST, port), timeout=1.0) as connection:
            connection.sendall(_METADATA_REQUEST)
            with connection.makefile("rb") as answer:
                (length,) = struct.unpack(">i", answer.read(4))
                body = answer.read(min(length, 1024))
        correlation, brokers, _, host_length = struct.unpack_from(">iiih", body)
        (advertised,) = struct.unpack_from(">i", body, 14 + host_length)
    except (OSError, struct.error):  # nobody listens yet, or it is no Kafka
        return False
    return bool(correlation == 1 and brokers == 1 and advertised == port)
