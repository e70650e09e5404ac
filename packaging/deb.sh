#!/bin/bash
# Makes both Debian packages from programs that are built: deb.sh PROGRAMS VERSION OUT
# COMPRESSION=none for a quick one.
set -euo pipefail
programs="$1" version="$2" out="$3"
here="$(cd "$(dirname "$0")" && pwd)"
architecture="$(dpkg --print-architecture)"
stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT

# The packages of the libraries that a program names, the C library in this version at least.
depends() {
  local libraries package names=()
  libraries="$(objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }')"
  for library in $libraries; do
    # Libraries of Swift that are not linked in come with Swift.
    package="$(dpkg -S "*/$library" 2>/dev/null | head -n 1 | cut -d: -f1)" || true
    [[ -n $package ]] || continue
    if [[ $package == libc6 ]]; then
      package="libc6 (>= $(dpkg-query -W -f '${Version}' libc6 | cut -d- -f1))"
    fi
    names+=("$package")
  done
  printf '%s\n' "${names[@]}" | sort -u | paste -sd, | sed 's/,/, /g'
}

# package NAME SUMMARY EXTRA-DEPENDS: what is common to both.
package() {
  root="$stage/$1"
  install -D -m 755 "$programs/$1" "$root/usr/bin/$1"
  local needs
  needs="$(depends "$root/usr/bin/$1")"
  strip "$root/usr/bin/$1"
  install -D -m 644 "$here/../LICENSE" "$root/usr/share/doc/$1/copyright"
  mkdir -p "$root/DEBIAN"
  cat >"$root/DEBIAN/control" <<EOF
Package: $1
Version: $version
Architecture: $architecture
Maintainer: Djoliba <djoliba@localhost>
Section: net
Priority: optional
Depends: ${needs}${3:+, $3}
Description: $2
EOF
}

finish() {
  local file="$out/$1_${version}_$architecture.deb"
  echo "Installed-Size: $(du -sk --exclude=DEBIAN "$stage/$1" | cut -f1)" >>"$stage/$1/DEBIAN/control"
  dpkg-deb --root-owner-group -Z"${COMPRESSION:-xz}" --build "$stage/$1" "$file" >/dev/null
  echo "$file"
}

mkdir -p "$out"
package djoliba "records of a field base, in sync with the hub"
install -D -m 644 "$here/djoliba-watch.service" "$root/usr/lib/systemd/user/djoliba-watch.service"
finish djoliba

package djoliba-server "hub of the field bases' records" "systemd, findutils"
for unit in djoliba-server.service djoliba-backup.service djoliba-backup.timer; do
  install -D -m 644 "$here/$unit" "$root/usr/lib/systemd/system/$unit"
done
install -D -m 644 "$here/deb/djoliba.sysusers" "$root/usr/lib/sysusers.d/djoliba.conf"
install -D -m 644 "$here/deb/djoliba.tmpfiles" "$root/usr/lib/tmpfiles.d/djoliba.conf"
for page in operations.md operations-hub.md; do
  install -D -m 644 "$here/../docs/$page" "$root/usr/share/doc/djoliba-server/$page"
done
install -m 644 "$here/prometheus-alerts.yml" "$root/usr/share/doc/djoliba-server/"
for script in postinst prerm; do
  install -m 755 "$here/deb/djoliba-server.$script" "$root/DEBIAN/$script"
done
finish djoliba-server
