"""An Apache Kafka that wants TLS and SCRAM, with certificates of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

from streams.embedded.broker import free_port
from tests.kafka.apache import StartApache, server_properties

SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
PASSWORD = "qawl-secret"


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="session")
def secured(start_apache: StartApache, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Settings for an Apache Kafka that wants TLS and SCRAM-SHA-512."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates")
    folder, port = tmp_path_factory.mktemp("secured"), free_port()
    new_key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    for name in ("ca", "other"):
        openssl(
            folder, "req", "-x509", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}"
        )
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1")
    openssl(folder, "req", *new_key, "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=broker")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san"]
    openssl(folder, "x509", "-req", "-in", "broker.csr", "-out", "broker.pem", *signed)
    parts = [(folder / f).read_text() for f in ("broker.key", "broker.pem", "ca.pem")]
    (folder / "keystore.pem").write_text("".join(parts))
    (folder / "server.properties").write_text(
        server_properties(folder, f"SASL_SSL://127.0.0.1:{port}", "SASL_SSL")
        + f"""sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={SCRAM} required username="admin" password="admin-secret";
ssl.keystore.type=PEM
ssl.keystore.location={folder}/keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
"""
    )
    users = [f"SCRAM-SHA-512=[name={n},password={p}]" for n, p in (("admin", "admin-secret"), ("qawl", PASSWORD))]
    start_apache(folder, port, [x for user in users for x in ("--add-scram", user)])
    return {
        "kafka_bootstrap": f"127.0.0.1:{port}",
        "kafka_security_protocol": "SASL_SSL",
        "kafka_sasl_username": "qawl",
        "kafka_sasl_password": PASSWORD,
        "kafka_ssl_cafile": folder / "ca.pem",
    }
