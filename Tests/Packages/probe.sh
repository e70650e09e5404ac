# What is done inside: install, make a hub, kill it, back it up, upgrade, remove, purge. boot.sh reads /out/result.
exec >/out/result 2>&1
set -u
end() { systemctl exit 2>/dev/null || kill -KILL 1; }
fail() { echo "BROKEN: $*"; journalctl --no-pager -u djoliba-server -u djoliba-backup | tail -30; end; exit 1; }
ask() { curl -s --cacert /srv/djoliba/authority.pem https://127.0.0.1:8443/v1/health; }
well() { for _ in $(seq 400); do ask | grep -q '"ok"' && return; sleep 0.05; done; return 1; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends "$@" >/out/apt 2>&1 || { cat /out/apt; return 1; }; }
version() { dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null; }
main() { systemctl show -p MainPID --value djoliba-server; }

apt install /out/older/*.deb || fail "the packages do not install"
[ "$(version djoliba-server)" = "installed 0.0.1" ] || fail "another version is installed"
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
systemctl enable djoliba-server djoliba-backup.timer 2>/dev/null || fail "the services cannot be enabled"

pid="$(main)"
apt install /out/*.deb || fail "the packages are not upgraded"
[ "$(version djoliba)" = "$(version djoliba-server)" ] && [ "$(version djoliba)" != "installed 0.0.1" ] ||
  fail "the older version stays"
[ "$(main)" != "$pid" ] && well || fail "the hub does not serve after the upgrade"
[ "$(systemctl show -p Result --value djoliba-server)" = success ] || fail "it was not stopped in good order"
echo "upgraded from 0.0.1 to $(version djoliba-server | cut -d' ' -f2) while it served"

before="$(find /srv/djoliba /var/backups/djoliba -type f ! -name 'hub.sqlite*' -exec md5sum {} + | sort)"
for how in remove purge; do
  apt "$how" djoliba djoliba-server || fail "$how does not work"
  case "$(version djoliba-server)" in installed*) fail "$how leaves it installed" ;; esac
  [ ! -e /usr/bin/djoliba-server ] && [ ! -e /usr/lib/systemd/system/djoliba-server.service ] || fail "$how leaves files"
  [ "$(systemctl is-active djoliba-server djoliba-backup.timer | sort -u)" = inactive ] || fail "$how leaves it running"
  [ -z "$(find /etc/systemd -name 'djoliba*')" ] || fail "$how leaves it enabled"
  [ -s /srv/djoliba/hub.sqlite ] && id djoliba >/dev/null || fail "$how takes the hub's records or its user"
  [ "$before" = "$(find /srv/djoliba /var/backups/djoliba -type f ! -name 'hub.sqlite*' -exec md5sum {} + | sort)" ] ||
    fail "$how takes files of the hub"
  apt install /out/*.deb || fail "it does not install after $how"
  systemctl start djoliba-server
  well || fail "the hub does not come back after $how"
  echo "after $how the records are there, and the hub serves once it is installed again"
done
runuser -u djoliba -- djoliba-server verify --data /srv/djoliba >/dev/null || fail "the hub is not sound"
systemctl stop djoliba-server
[ "$(systemctl show -p Result --value djoliba-server)" = success ] || fail "it does not stop in good order"
echo "The services and the packages hold."
end
