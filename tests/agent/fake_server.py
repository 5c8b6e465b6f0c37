"""A server that speaks the agent protocol and as much of S3 as an agent needs, for tests: everything is kept in memory."""
import http.server
import json
import struct
import threading
import time


def log_batch(body):
    """(number of the first line, lines) of what an agent sends (agent_protocol/log_batch.h)."""
    (first,), at, lines = struct.unpack_from("<Q", body), 8, []
    while at < len(body):
        _, length = struct.unpack_from("<qI", body, at)
        lines.append(body[at + 12 : at + 12 + length].decode())
        at += 12 + length
    return first, lines


class FakeServer:
    """attributes are the world the agent sees; tests read and change them under `changed`."""

    def __init__(self):
        self.changed = threading.Condition()
        self.reports = []        # bodies of POST report, in order
        self.all_lines = []      # log lines, in order of their sequence numbers
        self.exits = []          # bodies of POST exit
        self.objects = {}        # "bucket/key" -> bytes
        self.inputs = {"channels": [], "checkpoints": []}
        self.input_error = None  # (status, message)
        self.answer = {}         # to every report
        self.lost = False        # answer 409 to everything
        self.away = False        # answer 503 to everything
        self.get_seconds = 0     # that each object's GET takes
        self.refuse_puts = False  # or a part of the names of objects that are refused
        handler = type("Handler", (_Handler,), {"world": self})
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # agents that are killed leave broken connections
        self.url = "http://127.0.0.1:%d" % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def lines(self):
        """The job's own lines: without the notes on what a weaker runtime lacks."""
        return [line for line in self.all_lines if not line.startswith("note: ")]

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def phases(self):
        return [r["phase"] for r in self.reports if "phase" in r]

    def wait(self, condition, seconds=60):
        """Waits until condition() holds; AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not condition():
                left = deadline - time.monotonic()
                assert left > 0, "timed out; reports=%r lines=%r exits=%r" % (
                    self.reports[-3:], self.lines[-5:], self.exits)
                self.changed.wait(min(left, 0.1))


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"{}"):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        world = self.world
        if self.command == "GET" and not self.path.startswith("/_agent/"):
            time.sleep(world.get_seconds)
        with world.changed:
            if world.away:
                return self.reply(503)
            if self.path.startswith("/_agent/v1/"):
                status, answer = self.agent_call(self.path.rsplit("/", 1)[1], body)
                answer = json.dumps(answer).encode()
            else:
                status, answer = self.object_call(self.path[1:].split("?")[0], body)
            world.changed.notify_all()
        self.reply(status, answer)

    do_GET = do_PUT = do_POST = do_DELETE = handle_any

    def agent_call(self, name, body):
        world = self.world
        if self.headers.get("Authorization") != "Bearer the-token":
            return 403, {"message": "wrong token"}
        if world.lost:
            return 409, {"message": "lease lost"}
        if name == "report":
            world.reports.append(json.loads(body))
            return 200, world.answer
        if name == "logs":
            first, lines = log_batch(body)
            if lines and first <= len(world.all_lines):
                world.all_lines += lines[len(world.all_lines) - first:]
            return 200, {"next_sequence": len(world.all_lines)}
        if name == "inputs":
            if world.input_error:
                return world.input_error[0], {"message": world.input_error[1]}
            return 200, world.inputs
        if name == "exit":
            world.exits.append(json.loads(body))
            return 200, {}
        return 404, {"message": "no such call"}

    def object_call(self, name, body):
        world = self.world
        if self.command == "PUT":
            if world.refuse_puts is True or world.refuse_puts and world.refuse_puts in name:
                return 403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            world.objects[name] = body
            return 200, b""
        if self.command == "DELETE":
            world.objects.pop(name, None)
            return 204, b""
        if name in world.objects:
            return 200, world.objects[name]
        return 404, b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"
