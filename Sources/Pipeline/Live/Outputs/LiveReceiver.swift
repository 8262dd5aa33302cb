/// Something that takes a stream's pictures. It never makes the stream wait.
public protocol LiveReceiver: AnyObject, Sendable {
  /// Takes a picture, or leaves it out.
  func offer(_ frame: LiveFrame)
  /// The source has come to its end; called before ``finish()``, unless the stream was stopped while it went on.
  func sourceHasEnded()
  /// Completes what is written; called once, and may take its time.
  func finish()
  /// How it is doing; `nil` for receivers that are not worth showing.
  var status: LiveOutputStatus? { get }
}

extension LiveReceiver {
  /// Makes no difference.
  public func sourceHasEnded() {}
}
