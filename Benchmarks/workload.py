#!/usr/bin/env python3
"""Makes the benchmark's records and what is done to them: always the same for the same count.

    workload.py COUNT...     each into Benchmarks/data: contacts_COUNT.jsonl, contacts_COUNT.db, ops_COUNT.jsonl

A record is a contact that nobody ever was: an id of 16 bytes and eleven texts, some 300 bytes together. Each
operation takes a record that no other one takes, drawn without order:

    w3    one field edited, 1,000 times
    w4    two people edit one record, 1,000 times: the same field 500 times, two fields 500 times
    w5    one field edited, once
    w6d   deleted, 1,000 times
    w6c   deleted by one and edited by the other, 200 times

The order in which the dice are asked is part of the workload: whoever changes it changes every row and every figure
that was ever compared with another engine's."""
import hashlib
import json
import os
import random
import sqlite3
import sys
import unicodedata

SEED = 20260122
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
# What was compared with other engines: MD5 of the records' and the operations' lines.
KNOWN = {
    10_000: ("c5f27d36987705ee835c28e4d6714308", "b38d6648ce880bf7836d1f739d41347c"),
    100_000: ("198c6eaee22dedaaee0d9885a3978ec9", "700435be65e202490d5e96114f313513"),
}
COLUMNS = "id full_name organisation role kind base locality phone email languages sensitivity notes".split()


def words(text):
    """What stands between the bars, over as many lines as it needs."""
    return [" ".join(word.split()) for word in text.split("|")]


FIRST_NAMES = words("""
    Aïssata | Fatoumata | Mariam | Oumou | Kadiatou | Hawa | Djénéba | Awa | Ramata | Nana | Bintou | Salimata |
    Korotoumou | Assétou | Safiatou | Moussa | Ibrahima | Boubacar | Amadou | Souleymane | Modibo | Seydou |
    Abdoulaye | Drissa | Mahamadou | Yacouba | Issa | Bakary | Lassina | Adama | Hélène | Thérèse | Étienne |
    Benoît | Cécile | Noël | Agnès | Gérard""")
LAST_NAMES = words("""
    Traoré | Coulibaly | Diarra | Keïta | Sissoko | Konaté | Dembélé | Sangaré | Touré | Cissé | Maïga | Doumbia
    | Koné | Diallo | Bagayoko | Sidibé | Samaké | Fofana | Kanté | Togola | Berthé | Goïta | Dicko | Tounkara |
    Haïdara | Camara | Ouattara | Sacko | N'Diaye | Guindo | Tembély | Poudiougou | Dolo | Kassogué""")
KINDS_OF_ORGANISATION = words("""
    ONG | Association | Coopérative | Centre de santé | Mairie | Groupement féminin | Radio communautaire |
    École fondamentale | Comité de gestion | Fédération""")
NAMES_OF_ORGANISATION = words("""
    Yèrèdèmè | Jigi Sèmè | Sabougnouman | Bèn ka di | Faso Kanu | Hèrèmakono | Lumière du Sahel | Niéta | Danaya
    | Espoir du Delta | Solidarité Kénédougou | Benkadi | Kafo Yèrè | Nyèsigi | Étoile du Macina""")
ROLES = words("""
    relais communautaire | infirmière cheffe | agent de santé | chargé de logistique | présidente du groupement
    | trésorier | enseignante | maire adjoint | point focal protection | animateur rural | sage-femme |
    superviseur eau et assainissement | journaliste local | chef de village""")
KINDS = words("""
    partenaire | bénéficiaire | autorité | prestataire | bénévole | leader communautaire""")
BASES = words("""
    Bamako | Ségou | Mopti | Gao | Tombouctou | Kayes | Sikasso | Koulikoro""")
LOCALITIES = words("""
    Markala | Niono | San | Bla | Djenné | Douentza | Bandiagara | Koro | Bankass | Ansongo | Ménaka | Bourem |
    Diré | Goundam | Nioro du Sahel | Kita | Bafoulabé | Yélimané | Koutiala | Bougouni | Yanfolila | Kadiolo |
    Dioïla | Kati | Banamba | Kolokani | Nara | Ténenkou | Youwarou | Sévaré""")
LANGUAGES = words("""
    français | bambara | peul | songhaï | tamasheq | dogon | soninké | bozo | sénoufo | minianka | khassonké""")
SENSITIVITIES = words("""
    publique | interne | interne | restreinte | confidentielle""")
NOTES = words("""
    Rencontrée lors de la distribution à {l} | joignable le matin après la prière | préfère les messages vocaux
    en {g} | a suivi la formation sur l'hygiène à {b} | réseau faible, rappeler le jeudi (marché) | coordonne
    {n} familles déplacées | référent pour le forage n° {n} | ne pas communiquer son numéro à des tiers |
    dispose d'une moto, rayon de {n} km | téléphone partagé avec son frère aîné | à relancer pour le rapport
    trimestriel | vaccination : {n} enfants suivis en {g} | proche de l'école, derrière la mosquée de {l} |
    accord oral obtenu, signature à récupérer""")


def plain(name):
    """A name as an e-mail address holds it."""
    ascii = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return ascii.lower().replace("'", "").replace(" ", "-")


class Contacts:
    """Draws records and values from one pair of dice."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def record(self):
        draw = self.dice.choice
        first, last = draw(FIRST_NAMES), draw(LAST_NAMES)
        organisation = draw(KINDS_OF_ORGANISATION) + " " + draw(NAMES_OF_ORGANISATION)
        locality = draw(LOCALITIES)
        return [
            self.dice.randbytes(16), f"{first} {last}", f"{organisation} de {locality}", draw(ROLES), draw(KINDS),
            draw(BASES), locality, self.phone(), self.email(first, last, organisation), self.languages(),
            draw(SENSITIVITIES), self.notes(),
        ]

    def phone(self):
        prefix, digit = self.dice.choice((6, 7, 9)), self.dice.randrange(10)
        pairs = [f"{self.dice.randrange(100):02}" for _ in range(3)]
        return f"+223 {prefix}{digit} " + " ".join(pairs)

    def email(self, first, last, organisation):
        number = self.dice.randrange(1000)
        return f"{plain(first)}.{plain(last)}{number}@{plain(organisation.split()[-1])}.example.ml"

    def languages(self):
        count = self.dice.choice((1, 2, 2, 3))
        return ", ".join([LANGUAGES[0]] + self.dice.sample(LANGUAGES[1:], count))

    def notes(self):
        count = self.dice.choice((1, 2, 2, 3))
        return "; ".join(self.filled(note) for note in self.dice.sample(NOTES, count)) + "."

    def filled(self, note):
        """Every blank is drawn, whether the note has it or not."""
        draw = self.dice.choice
        return note.format(l=draw(LOCALITIES), g=draw(LANGUAGES), b=draw(BASES), n=self.dice.randrange(3, 240))

    def value(self, column):
        return self.phone() if column == "phone" else self.notes()


def operations(contacts, records):
    """Each as the file has it, in the order of the file."""
    order = list(range(len(records)))
    contacts.dice.shuffle(order)
    ids = (records[place][0].hex() for place in order)

    for _ in range(1000):
        column = contacts.dice.choice(("phone", "notes"))
        yield {"w": "w3", "id": next(ids), "col": column, "val": contacts.value(column)}
    for turn in range(1000):
        other = "phone" if turn < 500 else "notes"
        yield {
            "w": "w4", "id": next(ids), "same": other == "phone", "acol": "phone", "aval": contacts.value("phone"),
            "bcol": other, "bval": contacts.value(other),
        }
    yield {"w": "w5", "id": next(ids), "col": "phone", "val": contacts.phone()}
    for _ in range(1000):
        yield {"w": "w6d", "id": next(ids)}
    for turn in range(200):
        deleter = "A" if turn < 100 else "B"
        yield {"w": "w6c", "id": next(ids), "deleter": deleter, "col": "phone", "val": contacts.phone()}


def write_lines(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def md5(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def write_database(path, records):
    if os.path.exists(path):
        os.remove(path)
    database = sqlite3.connect(path)
    texts = ",".join(name + " TEXT" for name in COLUMNS[1:])
    database.execute(f"CREATE TABLE contacts(id BLOB NOT NULL PRIMARY KEY,{texts})")
    places = ",".join("?" for _ in COLUMNS)
    database.executemany(f"INSERT INTO contacts VALUES({places})", records)
    database.commit()
    database.close()


def write(count):
    contacts = Contacts(SEED + count)
    records = [contacts.record() for _ in range(count)]
    os.makedirs(FOLDER, exist_ok=True)
    lines, done = f"{FOLDER}/contacts_{count}.jsonl", f"{FOLDER}/ops_{count}.jsonl"
    write_lines(lines, ([record[0].hex()] + record[1:] for record in records))
    write_lines(done, operations(contacts, records))
    if count in KNOWN and (md5(lines), md5(done)) != KNOWN[count]:
        sys.exit("These are not the records that were compared with other engines.")
    database = f"{FOLDER}/contacts_{count}.db"
    write_database(database, records)
    payload = sum(16 + sum(len(text.encode()) for text in record[1:]) for record in records)
    print(
        f"{count} records, {payload / count:.1f} bytes each; database {os.path.getsize(database)}, "
        f"lines {os.path.getsize(lines)}")


if __name__ == "__main__":
    if not sys.argv[1:] or not all(count.isdigit() for count in sys.argv[1:]):
        sys.exit(__doc__)
    for count in sys.argv[1:]:
        write(int(count))
