"""Serves this folder at http://localhost:8000, and every file under its own type whatever the computer has registered."""

import functools
import http.server
import pathlib
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        "": "application/octet-stream",
        ".css": "text/css",
        ".html": "text/html",
        ".js": "text/javascript",
        ".json": "application/json",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".txt": "text/plain",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
    }

    def guess_type(self, path):
        return self.extensions_map.get(pathlib.Path(path).suffix.lower(), self.extensions_map[""])


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
folder = pathlib.Path(__file__).resolve().parent
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=folder))
print(f"Triptych is at http://localhost:{server.server_port} (Ctrl-C ends it)")
try:
    server.serve_forever()
except KeyboardInterrupt:
    pass
