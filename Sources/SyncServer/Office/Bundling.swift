package import Shared
import Storage

extension HubFolder {
  /// Reads a device's bundle from a file and writes its answer to another, in place of an older
  /// answer to that device or of nothing.
  ///
  /// The bundle is admitted before its answer is written: when that fails, reading it again gives
  /// the answer once more.
  ///
  /// Errors: those of `Hub.read(bundle:by:)`; `file_missing`, `not_a_file`, `file_exists`,
  /// `cannot_write`, `disk_full`.
  package func read(
    bundle path: String, answer: String, hub: Hub, by who: String
  ) throws(Problem) -> BundleReceipt {
    let file = try DurableFile.read(path, upTo: Limits.bundleFile)
    let head = try SealedBundle(file: file, going: .up).head
    try DurableFile.checkPlace(
      answer, upTo: Limits.bundleFile,
      isReplacedBy: BundleHead(
        way: .down, hub: head.hub, device: head.device, number: head.number))
    let receipt = try hub.read(bundle: file, by: who)
    try DurableFile.write(receipt.answer, to: answer)
    return receipt
  }
}
