/// How RTSP's pictures travel.
public enum RTSPTransport: String, CaseIterable, Hashable, Sendable {
  /// Inside the RTSP connection: nothing is lost.
  case tcp
  /// In packets of their own: less delay on a bad line, and damage.
  case udp
}
