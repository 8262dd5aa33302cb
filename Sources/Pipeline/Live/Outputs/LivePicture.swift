import Foundation
import VideoIO

/// The newest frame of a stream as JPEG, for as many viewers as there are.
///
/// Frames are encoded once for all, and only while somebody looks. A viewer that is slow misses frames; nobody waits
/// for anybody.
package final class LivePicture: LiveReceiver, @unchecked Sendable {
  // @unchecked: everything but the encoder is only touched under the lock; the encoder belongs to the queue.

  /// An encoded frame and its number, which grows.
  package struct JPEG: Sendable {
    /// Its number, from 1.
    package let number: Int
    /// The file's bytes.
    package let bytes: [UInt8]
  }

  /// What a viewer hears who waits for a time.
  package enum News: Sendable {
    /// The frame that was waited for.
    case picture(JPEG)
    /// No frame follows.
    case ended
    /// The time is over.
    case none
  }

  private let queue: DispatchQueue
  private let encoder: JPEGEncoder
  private let lock = NSLock()
  private var newest: (number: Int, frame: VideoFrame)?
  private var encoded: JPEG?
  /// The number of the frame that was encoded last, or could not be.
  private var attempted = 0
  private var isEncoding = false
  private var isFinished = false
  private var waiting: [Int: (after: Int, continuation: CheckedContinuation<JPEG?, Never>)] = [:]
  private var nextWaiter = 0

  /// - Parameter maximumWidth: Wider frames are scaled down to this many pixels.
  package init(stream: String, maximumWidth: Int = 1280) {
    queue = DispatchQueue(label: "kapao.\(stream).picture")
    encoder = JPEGEncoder(maximumWidth: maximumWidth)
  }

  /// None: viewers are no output.
  package var status: LiveOutputStatus? { nil }

  /// Keeps a frame as the newest one.
  package func offer(_ element: StreamElement<LiveFrame>) {
    guard case .frame(let frame) = element else { return }
    lock.withLock { newest = ((newest?.number ?? 0) + 1, frame.frame) }
    encodeIfWanted()
  }

  /// Tells all viewers that no frame follows; the last one can still be had.
  package func finish() {
    queue.async { [self] in
      if lock.withLock({ newest?.number ?? 0 > attempted }) { encode() }
      let left = lock.withLock {
        isFinished = true
        defer { waiting = [:] }
        return waiting.values.map(\.continuation)
      }
      for continuation in left { continuation.resume(returning: nil) }
    }
  }

  /// The next frame after the one with a number, as soon as there is one; `nil` when the stream has ended or the
  /// task is cancelled.
  package func next(after number: Int) async -> JPEG? {
    let id = lock.withLock {
      nextWaiter += 1
      return nextWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: JPEG?? = lock.withLock {
          if Task.isCancelled { return .some(nil) }
          if let encoded, encoded.number > number { return .some(encoded) }
          if isFinished { return .some(nil) }
          waiting[id] = (number, continuation)
          return nil
        }
        if let answer { continuation.resume(returning: answer) } else { encodeIfWanted() }
      }
    } onCancel: {
      let left = lock.withLock { waiting.removeValue(forKey: id) }
      left?.continuation.resume(returning: nil)
    }
  }

  /// The next frame after the one with a number, if it comes within `seconds`.
  package func news(after number: Int, within seconds: Double) async -> News {
    await withTaskGroup(of: News.self) { group in
      group.addTask { await self.next(after: number).map { .picture($0) } ?? .ended }
      group.addTask {
        try? await Task.sleep(for: .seconds(seconds))
        return .none
      }
      defer { group.cancelAll() }
      return await group.next() ?? .ended
    }
  }

  /// The newest frame, or else the first one, if it comes within `seconds`.
  package func current(within seconds: Double) async -> JPEG? {
    let number = lock.withLock { newest?.number ?? 1 }
    guard case .picture(let jpeg) = await news(after: number - 1, within: seconds) else { return nil }
    return jpeg
  }

  /// Encodes the newest frame if somebody waits for it and nothing is being encoded.
  private func encodeIfWanted() {
    let wanted = lock.withLock {
      guard let newest, !isEncoding, !isFinished, newest.number > attempted else { return false }
      guard waiting.values.contains(where: { newest.number > $0.after }) else { return false }
      isEncoding = true
      return true
    }
    if wanted { queue.async { [self] in encode() } }
  }

  private func encode() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let newest = lock.withLock({ newest }) else { return }
    let bytes = (try? encoder.encode(newest.frame)) ?? []
    let jpeg = JPEG(number: newest.number, bytes: bytes)
    let ready = lock.withLock {
      isEncoding = false
      attempted = jpeg.number
      guard !bytes.isEmpty else { return [CheckedContinuation<JPEG?, Never>]() }
      encoded = jpeg
      let ids = waiting.filter { jpeg.number > $0.value.after }.map(\.key)
      return ids.compactMap { waiting.removeValue(forKey: $0)?.continuation }
    }
    for continuation in ready { continuation.resume(returning: jpeg) }
    encodeIfWanted()
  }
}
