import CFFmpeg

extension Interrupter {
  /// What libav* asks while it waits. The interrupter must outlive the context that it is given to.
  var callback: AVIOInterruptCB {
    AVIOInterruptCB(
      callback: { opaque in
        guard let opaque else { return 0 }
        return Unmanaged<Interrupter>.fromOpaque(opaque).takeUnretainedValue().shouldStop ? 1 : 0
      }, opaque: Unmanaged.passUnretained(self).toOpaque())
  }
}
