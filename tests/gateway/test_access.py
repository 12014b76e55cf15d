"""Who may ask the gateway, and how often; what a browser is told."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from streams.gateway.tokens import Service, host, read_tokens
from streams.settings import Settings, SettingsError
from tests.kafka.pipeline import GATEWAY, WorkerProcess

TOKEN = "0123456789abcdef"
Get = Callable[..., tuple[int, Message, bytes]]


@contextmanager
def serving(settings: Settings, folder: Path, **environment: str) -> Iterator[Get]:
    """A gateway, and how to ask it: status, headers and body."""
    with WorkerProcess(settings, folder, GATEWAY, **environment) as gateway:

        def get(path: str, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
            url = f"http://127.0.0.1:{gateway.port}{path}"
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            try:
                with urllib.request.urlopen(urllib.request.Request(url, headers=sent, method=method)) as answer:
                    return answer.status, answer.headers, answer.read()
            except urllib.error.HTTPError as e:
                return e.code, e.headers, e.read()

        yield get


def settings_with(folder: Path, tokens: str | None = None, **fields: Any) -> Settings:
    if tokens is not None:
        fields["gateway_tokens_file"] = folder / "tokens"
        (folder / "tokens").write_text(tokens)
    return Settings(kafka_bootstrap="127.0.0.1:1", **fields)


def test_without_tokens_only_this_machine_may_ask(tmp_path: Path) -> None:
    assert host(settings_with(tmp_path)) == "127.0.0.1"
    assert host(settings_with(tmp_path, gateway_host="::1")) == "::1"
    with pytest.raises(SettingsError, match="listens on loopback only; set QAWL_GATEWAY_TOKENS_FILE"):
        host(settings_with(tmp_path, gateway_host="0.0.0.0"))
    assert host(settings_with(tmp_path, TOKEN)) == "0.0.0.0"


@pytest.mark.parametrize("text", ["", "\n# nothing but this\n", "short\n"])
def test_a_file_that_would_let_everybody_in_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="QAWL_GATEWAY_TOKENS_FILE"):
        read_tokens(settings_with(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "why"), [("missing", "No such file or directory"), (".", "Is a directory"), ("latin", "it is no UTF-8")]
)
@pytest.mark.parametrize("service", ["gateway", "ingest"])
def test_a_file_of_tokens_that_cannot_be_read_is_told_with_what_to_do(
    tmp_path: Path, service: Service, name: str, why: str
) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9" * 16)
    path = tmp_path / name
    settings = settings_with(tmp_path).model_copy(update={f"{service}_tokens_file": path})
    with pytest.raises(SettingsError) as told:
        read_tokens(settings, service)
    what = f"QAWL_{service.upper()}_TOKENS_FILE={path}: cannot be read: {why}"
    assert str(told.value) == f"{what}. Name a file of tokens, one a line, that the user of this process can read"


@pytest.mark.kafka
def test_a_refusal_is_one_line(deployment: Settings, tmp_path: Path) -> None:
    worker = WorkerProcess(deployment, tmp_path, QAWL_GATEWAY_HOST="0.0.0.0")
    done = subprocess.run(GATEWAY, env=worker._environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "without tokens the gateway listens on loopback only" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.kafka
def test_with_tokens_nobody_asks_without_one(deployment: Settings, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"# of the desk\n{TOKEN}\nfedcba9876543210\n")
    given = {"QAWL_GATEWAY_TOKENS_FILE": str(tmp_path / "tokens"), "QAWL_GATEWAY_HOST": "127.0.0.1"}
    with serving(deployment, tmp_path, **given) as get:
        for path in ("/v1/statements", "/v1/statements/stream", "/v1/articles/x"):
            for headers in ({}, {"Authorization": "Bearer 0123456789abcdeX"}, {"Authorization": f"Basic {TOKEN}"}):
                status, told, body = get(path, **headers)
                assert (status, told["WWW-Authenticate"]) == (401, 'Bearer realm="qawl"')
                assert json.loads(body)["status"] == 401
        assert get("/v1/statements", Authorization=f"Bearer {TOKEN}")[0] == 200
        assert get("/")[0] == 200  # the page itself tells nothing; it asks for a token
        assert get("/healthz")[0] == 200
        assert json.loads(get("/openapi.json")[2])["security"] == [{"token": []}]


@pytest.mark.kafka
def test_who_asks_too_often_is_told_when_to_come_again(deployment: Settings, tmp_path: Path) -> None:
    with serving(deployment, tmp_path, QAWL_GATEWAY_REQUESTS_PER_MINUTE="20") as get:
        answers = [get("/v1/statements") for _ in range(25)]
        assert [status for status, _, _ in answers][:20] == [200] * 20
        status, headers, _ = answers[-1]
        assert status == 429 and 1 <= int(headers["Retry-After"]) <= 4
        assert get("/healthz")[0] == 200


@pytest.mark.kafka
def test_other_origins_are_named_in_the_settings(deployment: Settings, tmp_path: Path) -> None:
    with serving(deployment, tmp_path, QAWL_GATEWAY_CORS_ORIGINS="https://desk.example, https://x.example") as get:
        _, headers, _ = get("/v1/statements", Origin="https://desk.example")
        assert headers["Access-Control-Allow-Origin"] == "https://desk.example"
        assert "Access-Control-Allow-Origin" not in get("/v1/statements", Origin="https://evil.example")[1]
        status, headers, _ = get(
            "/v1/statements", "OPTIONS", Origin="https://desk.example", Access_Control_Request_Method="GET"
        )
        assert (status, headers["Access-Control-Allow-Headers"]) == (204, "Authorization, Last-Event-ID")


@pytest.mark.kafka
def test_a_browser_is_told_to_run_nothing_but_the_page(deployment: Settings, tmp_path: Path) -> None:
    with serving(deployment, tmp_path) as get:
        for path in ("/", "/assets/app.js", "/v1/statements", "/nothing"):
            status, headers, _ = get(path)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "script-src 'self'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
        status, headers, _ = get("/assets/app.js")
        assert headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert get("/assets/app.js", If_None_Match=headers["ETag"])[0] == 304
        assert get("/assets/../../../settings.py")[0] == 404
        status, headers, body = get("/v1/statements", "POST")
        assert (status, headers["Allow"]) == (405, "GET,HEAD")
        assert json.loads(body)["title"] == "Method Not Allowed"
