import Foundation

/// What standard error and standard input are connected to.
package enum TerminalScreen {
  /// Whether a line on standard error can be redrawn.
  package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether a question can be asked.
  package static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

  /// What somebody types without its being shown; nil when nobody can be asked.
  package static func secret(_ question: String) -> String? {
    var shown = termios()
    guard canAsk, tcgetattr(STDIN_FILENO, &shown) == 0 else { return nil }
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    FileHandle.standardError.write(Data(question.utf8))
    return readLine()
  }

  /// The columns of the terminal; 80 where it does not say.
  package static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
