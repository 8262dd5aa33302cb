#!/usr/bin/env python3
"""A camera for the tests: rtsp_server.py PORT WIDTHxHEIGHT [--path PATH] [--sound] [--password WORD]
[--published FILE.ts]
[--raw FILE.h264]

Serves on 127.0.0.1 (port 0 picks one; the line "ready PORT" tells it):
  /live      a moving ball at 25 frames/s (or another PATH), with --sound a tone in G.711
  /raw       the pictures of FILE.h264 again and again at 25 frames/s, all with the same time stamp
  /publish   takes what is pushed and writes it to FILE.ts
With --password everything is for user "viewer" with this password.
"""
import argparse
import signal

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

# Whoever starts this may have blocked the signals that are to end it.
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM, signal.SIGINT])
signal.signal(signal.SIGTERM, signal.SIG_DFL)

parser = argparse.ArgumentParser()
parser.add_argument("port")
parser.add_argument("size")
parser.add_argument("--path", default="live")
parser.add_argument("--sound", action="store_true")
parser.add_argument("--password")
parser.add_argument("--published")
parser.add_argument("--raw")
arguments = parser.parse_args()
width, height = arguments.size.split("x")

Gst.init(None)
server = GstRtspServer.RTSPServer.new()
server.set_address("127.0.0.1")
server.set_service(arguments.port)
mounts = server.get_mount_points()


def factory(launch):
    made = GstRtspServer.RTSPMediaFactory()
    made.set_launch(launch)
    made.set_shared(True)
    if arguments.password:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        made.set_permissions(permissions)
    return made


if arguments.password:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic("viewer", arguments.password), token)
    server.set_auth(auth)

sound = "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8 "
mounts.add_factory("/" + arguments.path, factory(
    f"( videotestsrc is-live=true pattern=ball ! video/x-raw,width={width},height={height},framerate=25/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 config-interval=1 "
    f"{sound if arguments.sound else ''})"
))
if arguments.raw:
    mounts.add_factory("/raw", factory(
        f'( multifilesrc location="{arguments.raw}" loop=true '
        "caps=video/x-h264,stream-format=byte-stream,framerate=25/1 ! h264parse config-interval=-1 "
        "! video/x-h264,alignment=au ! rtph264pay name=pay0 pt=96 config-interval=1 )"
    ))
if arguments.published:
    publish = factory(f'( rtph264depay name=depay0 ! h264parse ! mpegtsmux ! filesink location="{arguments.published}" )')
    publish.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    publish.set_latency(200)
    mounts.add_factory("/publish", publish)

server.attach(None)
print(f"ready {server.get_bound_port()}", flush=True)
GLib.MainLoop().run()
