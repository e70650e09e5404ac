import Foundation
package import Shared

extension Problem {
  /// What any error comes down to for people.
  ///
  /// Of an error that is not a `Problem` only its type, domain and number are kept: its
  /// description may quote what a record holds.
  package init(reporting error: any Error) {
    if let problem = error as? Problem {
      self = problem
    } else if error is CancellationError {
      self.init(.interrupted)
    } else if let error = error as? CocoaError {
      self.init(Self.code(for: error.code), at: error.filePath, cause: Self.cause(error))
    } else {
      self.init(.internal, cause: Self.cause(error))
    }
  }

  private static func code(for code: CocoaError.Code) -> Code {
    switch code {
    case .fileNoSuchFile, .fileReadNoSuchFile: .file_missing
    case .fileWriteOutOfSpace: .disk_full
    case .fileWriteNoPermission, .fileWriteVolumeReadOnly, .fileWriteFileExists,
      .fileWriteInvalidFileName, .fileWriteUnknown:
      .cannot_write
    default: .internal
    }
  }

  private static func cause(_ error: any Error) -> String {
    let details = error as NSError
    return "\(type(of: error)) \(details.domain) \(details.code)"
  }
}
