#!/usr/bin/env python3
"""A camera that sends JPEG pictures as parts of an HTTP response: mjpeg_server.py KIND RATE PICTURE.jpg...

Serves on a free port of 127.0.0.1 (the line "ready PORT" tells it), RATE pictures a second, over and over. KIND is
  good         as it should be
  unbounded    no boundary before the first part
  long, short  each part's Content-Length is 100 bytes too large, or too small
  bare         the pictures, and nothing between them
  once         the same, and then the end
"""
import http.server
import itertools
import sys
import time

kind, rate = sys.argv[1], float(sys.argv[2])
pictures = [open(path, "rb").read() for path in sys.argv[3:]]
lie = {"long": 100, "short": -100}.get(kind, 0)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        if kind == "once":
            self.send_header("Content-Length", str(sum(map(len, pictures))))
        self.end_headers()
        start = time.monotonic()
        for number, picture in enumerate(pictures if kind == "once" else itertools.cycle(pictures)):
            boundary = b"" if kind == "unbounded" and number == 0 else b"--frame\r\n"
            head = boundary + b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (len(picture) + lie)
            try:
                self.wfile.write(picture if kind in ("bare", "once") else head + picture + b"\r\n")
            except OSError:
                return
            time.sleep(max(0, start + (number + 1) / rate - time.monotonic()))

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"ready {server.server_port}", flush=True)
server.serve_forever()
