"""A way to a server that ends each connection on which a PUT of a certain path is asked for."""

import contextlib
import socket
import socketserver
import threading
import urllib.parse


def _pump(source, target, forbidden=None):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if forbidden and forbidden in data:
                break
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cutting_proxy(url, path):
    """The URL of the proxy. path: how the paths begin that are never put."""
    server = urllib.parse.urlsplit(url)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection((server.hostname, server.port)) as upstream:
                back = threading.Thread(target=_pump, args=(upstream, self.request))
                back.start()
                _pump(self.request, upstream, b"PUT " + path.encode())
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as proxy:
        proxy.daemon_threads = True
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()
