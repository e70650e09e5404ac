#!/usr/bin/env bash
# A hub and five laptops on this machine, from enrolment to a conflict. Every "✓" is a check that
# ends the script with 1 when it fails.
#
#   DJOLIBA, DJOLIBA_SERVER   the programs; else in $DJOLIBA_BIN, else in .build/debug
#   DEMO_DIR                  a folder that is empty or not there yet; else a temporary one
#   KEEP=1                    leaves the hub running
#   LANG                      the language of the programs; the script itself speaks French
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

bin=${DJOLIBA_BIN:-.build/debug}
djoliba=${DJOLIBA:-$bin/djoliba}
server=${DJOLIBA_SERVER:-$bin/djoliba-server}
dir=${DEMO_DIR:-$(mktemp -d)}
laptops=(bandiagara gao kidal bamako)
hub_pid=
hub_job=
# What a program is started with: nothing, or another clock.
clock=()

# --- Words ----------------------------------------------------------------------------------

title() { printf '\n== %s\n' "$1"; }
say() { printf '%s\n' "$1"; }
ok() { printf '  ✓ %s\n' "$1"; }
fail() {
  printf '  ✗ %s\n' "$1" >&2
  exit 1
}
# equal WHAT GOT WANTED
equal() {
  [[ $2 == "$3" ]] || fail "$1 : « $2 » au lieu de « $3 »"
  ok "$1"
}

# --- The programs ---------------------------------------------------------------------------

hub() { "${clock[@]}" "$server" "$@" --data "$dir/serveur"; }
# at LAPTOP ARGUMENTS…
at() {
  local laptop=$1
  shift
  "${clock[@]}" "$djoliba" "$@" --data "$dir/$laptop"
}
# The same without its words for people, unless it fails.
silently() {
  "$@" >"$dir/dernier.log" 2>&1 || {
    cat "$dir/dernier.log" >&2
    fail "$*"
  }
}
# field NAME[.NAME…]: a member of the JSON object on standard input.
field() {
  python3 -c '
import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    value = value[name]
print(json.dumps(value) if isinstance(value, (bool, dict, list)) else value)' "$1"
}
# find_id LAPTOP TYPE FIELD=VALUE: the id of the one record that matches.
find_id() {
  local found
  found=$(at "$1" list "$2" --where "$3" --json)
  [[ -n $found && $(wc -l <<<"$found") -eq 1 ]] || fail "$2 $3 à $1 : pas exactement une fiche"
  field id <<<"$found"
}
# count LAPTOP TYPE FIELD=VALUE…
count() {
  local laptop=$1 type=$2 condition conditions=()
  shift 2
  for condition; do conditions+=(--where "$condition"); done
  at "$laptop" list "$type" "${conditions[@]}" --json | wc -l | tr -d ' '
}
pending() { at "$1" status --json | field pending; }
# in_scope LAPTOP SCOPE: the records of a scope in all the tables of the laptop's file.
in_scope() {
  local file=$dir/$1/replica.sqlite query
  query=$(sqlite3 "$file" "SELECT group_concat('SELECT count(*) AS n FROM ' || m.name
    || ' WHERE scope = ''$2''', ' UNION ALL ') FROM sqlite_master m
    JOIN pragma_table_info(m.name) c ON c.name = 'scope'
    WHERE m.type = 'table' AND substr(m.name, 1, 1) <> '_'")
  [[ -n $query ]] || fail "$file ne contient aucune table de fiches"
  sqlite3 "$file" "SELECT sum(n) FROM ($query)"
}

start_hub() {
  : >"$dir/serveur.log"
  # The other clock waits beside its program, so the program itself says its number.
  "${clock[@]}" sh -c 'echo $$ >"$0" && exec "$@"' "$dir/serveur.pid" \
    "$server" run --data "$dir/serveur" >"$dir/serveur.log" 2>&1 </dev/null &
  hub_job=$!
  until grep -q 'listens on' "$dir/serveur.log"; do
    kill -0 "$hub_job" 2>/dev/null || {
      cat "$dir/serveur.log" >&2
      fail "le serveur ne démarre pas"
    }
    sleep 0.05
  done
  hub_pid=$(cat "$dir/serveur.pid")
  say "Le serveur répond sur $address."
}
stop_hub() {
  local code=0 pid=$hub_pid
  hub_pid=
  kill -TERM "$pid"
  wait "$hub_job" || code=$?
  equal "le serveur s'arrête proprement" "$code" 0
}
at_exit() {
  local code=$?
  [[ -z $hub_pid ]] || kill -TERM "$hub_pid" 2>/dev/null || true
  [[ $code -eq 0 ]] && return
  printf 'La démonstration a échoué. Les fichiers : %s\n' "$dir" >&2
  exit 1
}
trap at_exit EXIT
trap 'exit 1' INT TERM

# exchange LAPTOP: one line of what went over the link; anything left over is a failure.
exchange() {
  local report code=0
  report=$(at "$1" sync --json 2>"$dir/dernier.log") || code=$?
  [[ $code -eq 0 ]] || {
    cat "$dir/dernier.log" >&2
    fail "synchronisation de $1 : code $code"
  }
  python3 - "$1" "$report" <<'PYTHON' || fail "synchronisation de $1 : il reste quelque chose"
import json, sys
name, r = sys.argv[1], json.loads(sys.argv[2])
print(f"  {name:<11} {r['requests']} requête(s), {r['bytes_sent']} o envoyés,"
      f" {r['bytes_received']} o reçus : {r['sent']} fiche(s) envoyée(s),"
      f" {r['conflicts']} conflit(s), {r['received']} reçue(s)")
done = r["complete"] and r["digests_equal"] and r["pending"] == 0 and r["refused"] == 0
sys.exit(0 if done else 1)
PYTHON
}
exchange_all() {
  local laptop
  for laptop in "${laptops[@]}"; do exchange "$laptop"; done
}

# enroll LAPTOP BASE ROLE NAME
enroll() {
  local holds
  silently hub invite --base "$2" --role "$3" --name "$4" --out "$dir/$1.invitation"
  silently at "$1" enroll "$dir/$1.invitation"
  holds=$(at "$1" status --json | python3 -c '
import json, sys
scopes = json.load(sys.stdin)["scopes"]
print(sum(s["records"] for s in scopes.values()), "fiches,", len(scopes), "portées")')
  ok "$4 : $holds"
}

# --- The story ------------------------------------------------------------------------------

prepare() {
  local program port
  for program in "$djoliba" "$server"; do
    [[ -x $program ]] || fail "$program n'est pas construit : lancez make build"
  done
  for program in python3 sqlite3 faketime; do
    command -v "$program" >/dev/null || fail "$program manque : lancez make setup"
  done
  mkdir -p "$dir"
  [[ -z $(ls -A "$dir") ]] || fail "$dir n'est pas vide"
  dir=$(cd "$dir" && pwd)
  port=$(python3 -c '
import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
  address=https://127.0.0.1:$port
}

# A laptop that synced once and was never heard of again: its base turns grey.
fall_silent() {
  title "Il y a vingt jours : Bamako installe le serveur, Tessalit est relié, puis se tait"
  clock=(env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f -20d)
  silently hub init --address "$address"
  start_hub
  enroll tessalit TES resp_base "Portable Tessalit"
  stop_hub
  clock=()
}

set_up() {
  title "Aujourd'hui : Bamako reprend les fichiers de la mission, comme s'ils étaient de ce jour"
  python3 Examples/today.py "$dir/fichiers"
  hub load "$dir/fichiers"
  start_hub
  title "Quatre portables sont invités et reliés"
  enroll bandiagara BDG cz "Portable Bandiagara"
  enroll gao GAO resp_base "Portable Gao"
  enroll kidal KDL resp_base "Portable Kidal"
  enroll bamako BKO referent_surete "Portable coordination"
}

go_offline() {
  title "Le réseau tombe : le serveur n'est plus joignable"
  stop_hub
  local code=0
  at gao sync || code=$?
  equal "Gao : « djoliba sync » le dit, et se termine par 69" "$code" 69
}

write_gao() {
  title "Gao, hors ligne : un incident, et un numéro d'urgence corrigé"
  local pack person contact
  pack=$(find_id gao security_pack base_code=GAO)
  person=$(find_id gao person "full_name=Mariam Exemple")
  silently at gao add incident "ref_no=$incident" "occurred_on=$today" base_code=GAO \
    "locality=Axe Gao-Bourem (fictif)" place_kind=axe_route exposure=flux nature=surete \
    category=entrave_acces severity=2 targeting=contexte actor_type=inconnu staff_safe=oui \
    program_impact=retard "reported_by=$person" source_type=equipe \
    "summary=Barrage temporaire, équipe revenue à la base."
  silently at gao add emergency_contact "pack_id=$pack" rank=1 tier=base \
    "role_label=Responsable de base" phone_orange=+22300000501
  contact=$(find_id gao emergency_contact rank=1)
  silently at gao set emergency_contact "$contact" phone_orange=+22300000502
  equal "Gao : deux fiches attendent" "$(pending gao)" 2
}

write_kidal() {
  title "Kidal, hors ligne : le pack est révisé et signé, une ligne vient de sqlite3"
  local pack person contact
  pack=$(find_id kidal security_pack base_code=KDL)
  person=$(find_id kidal person "full_name=Alhousseini Fictif")
  contact=$(find_id kidal contact "display_name=Notable (fictif)")
  silently at kidal set security_pack "$pack" version_label=3.1 \
    "change_summary=Points de rassemblement revus"
  silently at kidal sign pack "$pack" --person "$person"
  sqlite3 "$dir/kidal/replica.sqlite" "INSERT INTO interaction(occurred_on, kind, contact_id,
      base_code, perception, summary, follow_up, recorded_by)
    VALUES ('$today', 'visite', '$contact', 'KDL', 'acceptation', '$visit', 0, '$person')"
  equal "Kidal : trois fiches attendent, celle de sqlite3 comprise" "$(pending kidal)" 3
}

write_apart() {
  title "Bandiagara et Bamako corrigent le même contact sans se voir"
  contested=$(find_id bandiagara emergency_contact "role_label=Responsable de base")
  silently at bandiagara set emergency_contact "$contested" \
    phone_orange=+22300000111 "availability=6h-22h"
  silently at bamako set emergency_contact "$contested" \
    phone_orange=+22300000222 "radio_callsign=BRAVO 9"
  say "Même numéro, deux valeurs ; et chacun a changé un autre champ."
  local code=0
  at bandiagara sync >"$dir/dernier.log" 2>&1 || code=$?
  equal "Bandiagara : toujours 69" "$code" 69
  equal "Bandiagara : rien n'est perdu, une fiche attend" "$(pending bandiagara)" 1
}

come_back() {
  title "Le réseau revient : premier tour"
  start_hub
  exchange_all
  title "Second tour : chacun reçoit ce que les autres ont envoyé"
  exchange_all
}

check_conflict() {
  title "Le conflit : la valeur retenue, et l'autre gardée"
  hub conflicts
  at bandiagara conflits
  local from_hub from_base laptop record
  from_hub=$(hub conflicts --json)
  from_base=$(at bandiagara conflits --json)
  equal "un seul conflit, sur le bon champ" \
    "$(field record <<<"$from_hub") $(field field <<<"$from_hub")" "$contested phone_orange"
  equal "il est à relire" "$(field status <<<"$from_hub")" open
  equal "retenu : le numéro de Bamako" "$(field winner.value <<<"$from_hub")" +22300000222
  equal "gardé : le numéro de Bandiagara" "$(field loser.value <<<"$from_hub")" +22300000111
  equal "Bandiagara le voit aussi" "$(field loser.value <<<"$from_base")" +22300000111
  for laptop in bandiagara bamako; do
    record=$(at "$laptop" show emergency_contact "$contested" --json)
    equal "$laptop : les deux autres corrections ont survécu" \
      "$(field availability <<<"$record") / $(field radio_callsign <<<"$record")" \
      "6h-22h / BRAVO 9"
  done
}

check_arrivals() {
  title "Tout est arrivé à Bamako, et à personne d'autre"
  equal "l'incident de Gao" "$(count bamako incident "ref_no=$incident")" 1
  equal "le numéro corrigé de Gao" \
    "$(count bamako emergency_contact phone_orange=+22300000502)" 1
  equal "la signature de Kidal pour la version 3.1" \
    "$(count bamako signature subject_version=3.1 scope=base:KDL)" 1
  equal "la ligne écrite par sqlite3" "$(count bamako interaction "summary=$visit")" 1
  equal "Gao n'a aucune fiche de Bandiagara" "$(in_scope gao base:BDG)" 0
  equal "Gao n'a aucune fiche de Kidal" "$(in_scope gao base:KDL)" 0
  equal "Kidal n'a aucune fiche de Gao" "$(in_scope kidal base:GAO)" 0
  equal "Kidal n'a aucune fiche de Bandiagara" "$(in_scope kidal base:BDG)" 0
  equal "Bandiagara n'a aucune fiche de Bamako" "$(in_scope bandiagara bamako)" 0
}

check_digests() {
  title "Chaque réplique est égale au serveur, portée par portée"
  local laptop
  hub status --json >"$dir/serveur.json"
  for laptop in "${laptops[@]}"; do at "$laptop" status --json >"$dir/$laptop.json"; done
  (cd "$dir" && python3 - "${laptops[@]}" <<'PYTHON') || fail "des empreintes diffèrent"
import json, sys
def scopes(name):
    with open(name + ".json") as file:
        return json.load(file)["scopes"]
hub, names = scopes("serveur"), sys.argv[1:]
held = {name: scopes(name) for name in names}
print(f"  {'portée':<10} {'empreinte':<12} {'fiches':>6}  " + "".join(f"{n:<12}" for n in names))
good = True
for scope, state in sorted(hub.items()):
    cells = []
    for name in names:
        mine = held[name].get(scope)
        same = mine is not None and mine["digest"] == state["digest"] and mine["records"] == state["records"]
        good &= mine is None or same
        cells.append("–" if mine is None else "=" if same else "DIFFÈRE")
    print(f"  {scope:<10} {state['digest'][:10]}…  {state['records']:>6}  " + "".join(f"{c:<12}" for c in cells))
good &= set(held["bamako"]) == set(hub)
for name, base in [("gao", "base:GAO"), ("kidal", "base:KDL"), ("bandiagara", "base:BDG")]:
    good &= set(held[name]) == {"mission", base}
sys.exit(0 if good else 1)
PYTHON
  ok "toutes les empreintes sont égales"
}

# One account for each role that a page of the console waits for.
open_accounts() {
  title "Bamako ouvre la console : des comptes, et leur premier mot de passe"
  local account role name person told
  while IFS=: read -r account role name; do
    person=$(find_id bamako person "full_name=$name")
    told=$(hub account add "$account" --name "$name" --role "$role" --person "$person")
    [[ ${told##* } =~ ^[a-z0-9]{4}(-[a-z0-9]{4}){3}$ ]] || fail "pas de mot de passe : $told"
    say "  $account   ${told##* }   $name, $role"
  done <<'ACCOUNTS'
claire:dp:Claire Exemple
aissata:referent_surete:Aïssata Fictif
yacouba:suivi_evaluation:Yacouba Exemple
nana:coord_cadre:Nana Démo
ACCOUNTS
  equal "quatre comptes, et celui de l'installation" \
    "$(hub account list --json | wc -l | tr -d ' ')" 5
}

finish() {
  title "C'est fini, en $SECONDS s"
  say "Le serveur : $dir/serveur"
  say "Les portables : $dir/{bandiagara,gao,kidal,bamako,tessalit}"
  if [[ ${KEEP:-} == 1 ]]; then
    say "La console : $address (le navigateur demande d'accepter le certificat de la démonstration)"
    say "À y voir : Ansongo échu depuis 40 jours, Bandiagara à réviser et un numéro jamais refait depuis 181 jours,"
    say "  Koro sans plan valide, Tessalit sans nouvelles, un conflit à relire ; sur la page de Bandiagara, une lecture"
    say "  orale devant témoin ; sous ASACO, une valeur fermée, un écart, une convention échue."
    say "Le serveur tourne encore. Pour l'arrêter : kill $hub_pid"
    hub_pid=
  else
    say "Pour relancer le serveur : $server run --data $dir/serveur"
  fi
  say "Pour continuer, par exemple :"
  say "  $server conflict restore 1 --data $dir/serveur"
  say "  $djoliba sync --data $dir/bandiagara"
  say "  $djoliba open --data $dir/gao"
  say "Pour tout enlever : rm -r $dir"
}

today=$(date -u +%F)
incident=GAO-${today%%-*}-101
visit="Visite de courtoisie, accueil cordial."

prepare
fall_silent
set_up
go_offline
write_gao
write_kidal
write_apart
come_back
check_conflict
check_arrivals
check_digests
open_accounts
finish
