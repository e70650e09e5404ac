# What is done inside: install, make a hub, kill it, back it up. boot.sh reads /out/result.
exec >/out/result 2>&1
set -u
end() { systemctl exit 2>/dev/null || kill -KILL 1; }
fail() { echo "BROKEN: $*"; journalctl --no-pager -u djoliba-server -u djoliba-backup | tail -30; end; exit 1; }
ask() { curl -s --cacert /srv/djoliba/authority.pem https://127.0.0.1:8443/v1/health; }
well() { for _ in $(seq 400); do ask | grep -q '"ok"' && return; sleep 0.05; done; return 1; }
main() { systemctl show -p MainPID --value djoliba-server; }

dpkg --force-depends -i /out/*.deb >/dev/null 2>&1 || fail "the packages do not install"
systemctl start djoliba-server
[ "$(systemctl is-active djoliba-server)" = inactive ] || fail "the hub was started before there was one"
runuser -u djoliba -- djoliba-server init --data /srv/djoliba >/dev/null || fail "no hub is made"
systemctl start djoliba-server
well || fail "the hub does not serve under its unit"
for _ in $(seq "$(cat /out/kills)"); do
  pid="$(main)" began="$(date +%s%N)"
  kill -KILL "$pid"
  while [ "$(main)" = "$pid" ]; do sleep 0.05; done
  well || fail "the hub does not come back"
  echo "killed $pid, serves as $(main) after $((($(date +%s%N) - began) / 1000000)) ms"
done
[ "$(systemctl show -p NRestarts --value djoliba-server)" = "$(cat /out/kills)" ] ||
  { journalctl --no-pager | grep -E "djoliba-server.service: (Main|Failed|Scheduled)" | tail -40; fail "it ended by itself, too"; }
systemctl start djoliba-backup || fail "no backup is made"
[ "$(stat -c %a /var/backups/djoliba/hub-*.tar)" = 600 ] || fail "the backup is open to others"
runuser -u djoliba -- djoliba-server restore /var/backups/djoliba/hub-*.tar --data /tmp/again >/dev/null ||
  fail "the backup does not come back"
systemctl start djoliba-backup.timer || fail "no timer"
systemctl stop djoliba-server
[ "$(systemctl show -p Result --value djoliba-server)" = success ] || fail "it does not stop in good order"
echo "The services hold."
end
