import FieldClient
import Shared
import Storage
import SyncServer

// A base gets one laptop more: Bamako invites, the laptop enrols with an empty replica.

extension World {
  func hubEnrols(_ dice: inout Dice) {
    // A hub that went back gives numbers again that somebody has; only a restoring skips them.
    guard laptops.count < scaffold.laptopFolders.count, !hubWentBack else { return }
    let places: [Set<Scope>] = [[.mission], [.mission, .base("GAO")], [.mission, .base("MPT")]]
    let read = dice.pick(places)
    let write = dice.once(in: 3) ? read.subtracting([.mission]) : read
    let grant = dice.once(in: 4) ? Grant.all : Grant(read: read, write: write)
    let isAskedTwice = dice.once(in: 3)
    atHub {
      let role = dice.pick([Role.resp_base, .cz])
      let invited = try hub.hub().invite(
        name: "New \(laptops.count)", base: "GAO", role: role, grant: grant)
      let request = EnrolmentRequest(
        code: invited.code, token: Secret.text(draw), program: "simulate")
      var answer = try hub.hub().enroll(request)
      if isAskedTwice {
        // The answer was lost on its way.
        let again = try hub.hub().enroll(request)
        if again.device != answer.device { fail(.messages, "one invitation gave two devices") }
        answer = again
      }
      let secret = BundleSecret([UInt8](words: 4, from: draw))!
      let keys = try hub.hub().exchangeKeys(secret.keys, with: hub.hub().holder(of: request.token))
      let laptop = Laptop(
        Template.Laptop(
          name: "New \(laptops.count)", device: answer.device, token: request.token, role: role,
          grant: grant, disk: [:], bundles: BundleIdentity(secret: secret, hub: keys)),
        index: laptops.count, folder: scaffold.laptopFolders[laptops.count])
      laptop.world = self
      laptops.append(laptop)
      try laptop.beginEmpty(Schema(json: Array(answer.schema.utf8)), in: scaffold)
      hasActed = true
      say("    \(laptop) is device \(answer.device)")
    }
  }
}

extension Laptop {
  fileprivate func beginEmpty(_ schema: Schema, in scaffold: Scaffold) throws {
    let path = folder + "/replica.sqlite"
    for file in [path, path + "-wal"] { scaffold.remove(file) }
    try Replica.create(path: path, schema: schema, device: device)
  }
}
