"""A real receiver of webhooks, in a thread of the tests."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What was posted, and what is answered: a status each, the last one for ever."""

    url: str
    answers: list[int]
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiver(*answers: int) -> Iterator[Receiver]:
    """A receiver on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_address[1]}/in?key=1", list(answers or (200,)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def hanging(drips: bool = False) -> Iterator[int]:
    """A host that takes a connection and says nothing, or one letter after the other without end; its port."""
    over = threading.Event()
    links: list[socket.socket] = []

    def talk(link: socket.socket) -> None:
        links.append(link)
        try:
            link.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: " if drips else b"")
            while drips and not over.wait(0.05):
                link.sendall(b"a")
        except OSError:  # whoever asked has had enough
            pass

    def listen() -> None:
        while not over.is_set():
            try:
                talk_to, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(talk_to,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=listen, daemon=True).start()
        try:
            yield door.getsockname()[1]
        finally:
            over.set()
            time.sleep(0)
            for link in links:
                link.close()
