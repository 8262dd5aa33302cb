import Pipeline

/// A stream of the daemon, with the picture for its viewers.
struct RunningStream: Sendable {
  let stream: LiveStream
  let picture: LivePicture
}
