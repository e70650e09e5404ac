package import Shared
import Synchronization

extension Schema {
  /// Reads and checks a schema, once a process: to open a file that was open before then costs less than
  /// to read its schema.
  package static func known(_ json: [UInt8]) throws(Problem) -> Schema {
    if let schema = KnownSchemas.all.withLock({ $0[json] }) { return schema }
    let schema = try Schema(json: json)
    KnownSchemas.all.withLock { all in
      if all.count == KnownSchemas.most { all = [:] }
      all[json] = schema
    }
    return schema
  }
}

/// By their source. A process sees few: the one of its file, and the next that the hub gives.
private enum KnownSchemas {
  static let all = Mutex<[[UInt8]: Schema]>([:])
  static let most = 4
}
