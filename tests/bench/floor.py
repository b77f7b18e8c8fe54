"""The least that a chunk can cost: its hashes and checksums, its TLS record and its system call, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import multiprocessing
import socket
import ssl
import tempfile
import time
import zlib
from pathlib import Path

from flux_desktop.local_endpoint.http.certificates import Certificates, make_certificates

CHUNKS = 20_000
_FRAME = bytes(number % 251 for number in range(2560 + 206))
"""A signed chunk of 80 ms at 16 kHz."""
_SIGNED_BYTES = 250
_HOST = "localhost"


def hashing_us() -> float:
    """CPU of one chunk's hash, signature and two checksums, in microseconds."""
    key, text = bytes(32), _FRAME[:_SIGNED_BYTES]
    begun_s = time.process_time()
    for _ in range(CHUNKS):
        hashlib.sha256(_FRAME).digest()
        hmac.digest(key, text, "sha256")
        zlib.crc32(_FRAME)
        zlib.crc32(_FRAME)
    return (time.process_time() - begun_s) / CHUNKS * 1e6


def sending_us() -> float:
    """CPU of one chunk's TLS record and of the system call that sends it to another process, in microseconds."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server((_HOST, 0)) as listener:
        certificates = make_certificates(Path(folder), [_HOST])
        sink = multiprocessing.get_context("spawn").Process(target=_discard, args=(listener, certificates))
        sink.start()
        context = ssl.create_default_context(cafile=str(certificates.ca_file))
        with socket.create_connection(listener.getsockname()) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with context.wrap_socket(plain, server_hostname=_HOST) as secure:
                begun_s = time.process_time()
                for _ in range(CHUNKS):
                    secure.sendall(_FRAME)
                used_s = time.process_time() - begun_s
        sink.join()
    return used_s / CHUNKS * 1e6


def _discard(listener: socket.socket, certificates: Certificates) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.cert_file, certificates.key_file)
    with context.wrap_socket(listener.accept()[0], server_side=True) as secure:
        while secure.recv(1 << 16):
            pass


if __name__ == "__main__":
    print(f"{hashing_us():.1f} µs of hashing, {sending_us():.1f} µs of TLS and system call")
