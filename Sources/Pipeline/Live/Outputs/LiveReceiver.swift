/// Something that takes a stream's pictures. It never makes the stream wait.
public protocol LiveReceiver: AnyObject, Sendable {
  /// Takes a picture, or leaves it out.
  func offer(_ frame: LiveFrame)
  /// Completes what is written; called once, and may take its time.
  func finish()
  /// How it is doing; `nil` for receivers that are not worth showing.
  var status: LiveOutputStatus? { get }
}
