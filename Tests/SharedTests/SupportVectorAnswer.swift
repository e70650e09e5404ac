import Shared

// A vector's answer from the program's, and back.

extension AnswerVector {
  init(_ answer: SyncAnswer) {
    hubClock = answer.hubClock
    examined = answer.examined
    hasMore = answer.hasMore
    turn = answer.turn
    isShared = answer.isShared
    dictionary = answer.dictionary == 0 ? nil : answer.dictionary
    grant = answer.grant.map { Grant($0) }
    schema = String(decoding: answer.schema, as: UTF8.self)
    names = answer.names.map { Name(number: $0.number, name: $0.name) }
    handles = answer.handles
    verdicts = answer.verdicts.map { Word($0) }
    pages = answer.pages.map { page in
      Page(
        cursor: CursorVector(page.cursor), digest: page.proof?.digest.description,
        records: page.proof?.records)
    }
    leaves = answer.leaves.map { leave in
      Left(scope: leave.scope.description, type: leave.type, handle: leave.handle)
    }
    notices = answer.notices.map { Notice($0) }
    pull = ChangesetVector(answer.pull)
  }

  var answer: SyncAnswer {
    var answer = SyncAnswer(hubClock: hubClock)
    answer.examined = examined
    answer.hasMore = hasMore
    answer.turn = turn
    answer.isShared = isShared
    answer.dictionary = dictionary ?? 0
    answer.grant = grant?.news
    answer.schema = Array(schema.utf8)
    answer.names = names.map { DeviceName(number: $0.number, name: $0.name) }
    answer.handles = handles
    answer.verdicts = verdicts.map(\.verdict)
    answer.pages = pages.map(\.page)
    answer.leaves = leaves.map { Leave(scope: Scope($0.scope)!, type: $0.type, handle: $0.handle) }
    answer.notices = notices.map(\.notice)
    answer.pull = pull.changes
    return answer
  }
}

extension AnswerVector.Grant {
  fileprivate init(_ news: GrantNews) {
    version = news.version
    role = news.role
    everything = news.everything
    read = news.read.map(\.description)
    write = news.write.map(\.description)
  }

  fileprivate var news: GrantNews {
    GrantNews(
      version: version, role: role, everything: everything,
      read: read.map { Scope($0)! }, write: write.map { Scope($0)! })
  }
}

extension AnswerVector.Word {
  private static let kinds: [String: Verdict.Kind] = [
    "superseded": .superseded, "lost": .lost, "won": .won, "proposed": .proposed,
    "refused": .refused,
  ]

  fileprivate init(_ verdict: Verdict) {
    group = verdict.group
    record = verdict.record
    field = verdict.field
    kind = "\(verdict.kind)"
    code = verdict.kind == .refused ? verdict.code : nil
    sentence = verdict.kind == .refused ? verdict.sentence : nil
  }

  fileprivate var verdict: Verdict {
    Verdict(
      group: group, record: record, field: field, kind: Self.kinds[kind]!, code: code ?? "",
      sentence: sentence ?? "")
  }
}

extension AnswerVector.Page {
  fileprivate var page: ScopePage {
    let proof = digest.map { digits in
      ScopePage.Proof(digest: Digest(bytes: [UInt8](hex: digits))!, records: records!)
    }
    return ScopePage(cursor: cursor.cursor, proof: proof)
  }
}

extension AnswerVector.Notice {
  fileprivate init(_ notice: ConflictNotice) {
    id = notice.id
    version = notice.version
    type = notice.type
    record = notice.record.description
    field = notice.field
    status = notice.status
    winner = AnswerVector.Side(notice.winner)
    loser = AnswerVector.Side(notice.loser)
  }

  fileprivate var notice: ConflictNotice {
    ConflictNotice(
      id: id, version: version, type: type, record: RecordID(record)!, field: field,
      status: status, winner: winner.side, loser: loser.side)
  }
}

extension AnswerVector.Side {
  fileprivate init(_ side: ConflictNotice.Side) {
    value = ValueVector(side.value)
    stamp = StampVector(side.stamp)
  }

  fileprivate var side: ConflictNotice.Side {
    ConflictNotice.Side(value: value.value, stamp: stamp.stamp)
  }
}
