import GRDBSQLite

// SQLite's `random()` and `randomblob()` draw from one generator for the whole process, so two
// worlds at a time, or a test beside a world, would change each other's ids. On a connection that
// a world opens, both draw from the world's own dice.

enum SeededFunctions {
  static func install() {
    let entry:
      @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?, OpaquePointer?
      ) -> Int32 = { db, _, _ in
        guard World.current != nil else { return SQLITE_OK }
        return SeededFunctions.register(db)
      }
    sqlite3_auto_extension(unsafeBitCast(entry, to: (@convention(c) () -> Void).self))
  }

  private static func register(_ db: OpaquePointer?) -> Int32 {
    let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS
    let first = sqlite3_create_function_v2(
      db, "random", 0, flags, nil, { context, _, _ in sqlite3_result_int64(context, draw()) },
      nil, nil, nil)
    guard first == SQLITE_OK else { return first }
    return sqlite3_create_function_v2(
      db, "randomblob", 1, flags, nil,
      { context, _, arguments in
        let count = max(1, Int(sqlite3_value_int64(arguments![0])))
        var bytes: [UInt8] = []
        while bytes.count < count {
          withUnsafeBytes(of: draw()) { bytes.append(contentsOf: $0) }
        }
        bytes.withUnsafeBytes { blob in
          sqlite3_result_blob(
            context, blob.baseAddress, Int32(count),
            unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
      }, nil, nil, nil)
  }
}

private func draw() -> Int64 { Int64(bitPattern: World.current?.draw() ?? 0) }
