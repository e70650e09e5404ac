#!/usr/bin/env python3
"""The benchmark's rows and operations, always the same (seed 20260122).
usage: workload.py N [N ...]   -> data/contacts_N.jsonl  data/contacts_N.db  data/ops_N.jsonl
Row: 16-byte uuid + 11 text columns, ~300 bytes of invented French/Malian-like text.
ops_N.jsonl: one JSON object per line {"w":"w3"|"w4"|"w5"|"w6d"|"w6c", ...}; row sets are disjoint."""
import json, os, random, sqlite3, sys, unicodedata
SEED = 20260122
HERE = os.path.dirname(os.path.abspath(__file__))
COLS = ["id","full_name","organisation","role","kind","base","locality","phone","email","languages","sensitivity","notes"]
FIRST = "Aïssata Fatoumata Mariam Oumou Kadiatou Hawa Djénéba Awa Ramata Nana Bintou Salimata Korotoumou Assétou Safiatou Moussa Ibrahima Boubacar Amadou Souleymane Modibo Seydou Abdoulaye Drissa Mahamadou Yacouba Issa Bakary Lassina Adama Hélène Thérèse Étienne Benoît Cécile Noël Agnès Gérard".split()
LAST = "Traoré Coulibaly Diarra Keïta Sissoko Konaté Dembélé Sangaré Touré Cissé Maïga Doumbia Koné Diallo Bagayoko Sidibé Samaké Fofana Kanté Togola Berthé Goïta Dicko Tounkara Haïdara Camara Ouattara Sacko N'Diaye Guindo Tembély Poudiougou Dolo Kassogué".split()
ORGK = ["ONG","Association","Coopérative","Centre de santé","Mairie","Groupement féminin","Radio communautaire","École fondamentale","Comité de gestion","Fédération"]
ORGN = ["Yèrèdèmè","Jigi Sèmè","Sabougnouman","Bèn ka di","Faso Kanu","Hèrèmakono","Lumière du Sahel","Niéta","Danaya","Espoir du Delta","Solidarité Kénédougou","Benkadi","Kafo Yèrè","Nyèsigi","Étoile du Macina"]
ROLES = ["relais communautaire","infirmière cheffe","agent de santé","chargé de logistique","présidente du groupement","trésorier","enseignante","maire adjoint","point focal protection","animateur rural","sage-femme","superviseur eau et assainissement","journaliste local","chef de village"]
KINDS = ["partenaire","bénéficiaire","autorité","prestataire","bénévole","leader communautaire"]
BASES = ["Bamako","Ségou","Mopti","Gao","Tombouctou","Kayes","Sikasso","Koulikoro"]
LOCS = ["Markala","Niono","San","Bla","Djenné","Douentza","Bandiagara","Koro","Bankass","Ansongo","Ménaka","Bourem","Diré","Goundam","Nioro du Sahel","Kita","Bafoulabé","Yélimané","Koutiala","Bougouni","Yanfolila","Kadiolo","Dioïla","Kati","Banamba","Kolokani","Nara","Ténenkou","Youwarou","Sévaré"]
LANGS = ["français","bambara","peul","songhaï","tamasheq","dogon","soninké","bozo","sénoufo","minianka","khassonké"]
SENS = ["publique","interne","interne","restreinte","confidentielle"]
NOTE = ["Rencontrée lors de la distribution à {l}","joignable le matin après la prière","préfère les messages vocaux en {g}","a suivi la formation sur l'hygiène à {b}","réseau faible, rappeler le jeudi (marché)","coordonne {n} familles déplacées","référent pour le forage n° {n}","ne pas communiquer son numéro à des tiers","dispose d'une moto, rayon de {n} km","téléphone partagé avec son frère aîné","à relancer pour le rapport trimestriel","vaccination : {n} enfants suivis en {g}","proche de l'école, derrière la mosquée de {l}","accord oral obtenu, signature à récupérer"]
def asc(s): return unicodedata.normalize("NFD", s).encode("ascii","ignore").decode().lower().replace("'","").replace(" ","-")
class Gen:
    def __init__(s, seed=SEED): s.r = random.Random(seed)
    def phone(s): r=s.r; return "+223 %d%d %02d %02d %02d" % (r.choice((6,7,9)), r.randrange(10), r.randrange(100), r.randrange(100), r.randrange(100))
    def notes(s):
        r=s.r
        t=[x.format(l=r.choice(LOCS),g=r.choice(LANGS),b=r.choice(BASES),n=r.randrange(3,240)) for x in r.sample(NOTE, r.choice((1,2,2,3)))]
        return "; ".join(t)+"."
    def row(s):
        r=s.r; f=r.choice(FIRST); l=r.choice(LAST); full=f+" "+l; org=r.choice(ORGK)+" "+r.choice(ORGN); loc=r.choice(LOCS)
        return [r.randbytes(16), full, org+" de "+loc, r.choice(ROLES), r.choice(KINDS), r.choice(BASES), loc, s.phone(),
                "%s.%s%d@%s.example.ml" % (asc(f),asc(l),r.randrange(1000),asc(org.split()[-1])), ", ".join(["français"]+r.sample(LANGS[1:], r.choice((1,2,2,3)))), r.choice(SENS), s.notes()]
def main(n):
    g=Gen(SEED+n); rows=[g.row() for _ in range(n)]
    d=os.path.join(HERE,"data"); os.makedirs(d, exist_ok=True)
    with open(f"{d}/contacts_{n}.jsonl","w",encoding="utf-8") as f:
        for x in rows: f.write(json.dumps([x[0].hex()]+x[1:],ensure_ascii=False)+"\n")
    p=f"{d}/contacts_{n}.db"
    if os.path.exists(p): os.remove(p)
    c=sqlite3.connect(p); c.execute("CREATE TABLE contacts(id BLOB NOT NULL PRIMARY KEY,"+",".join(k+" TEXT" for k in COLS[1:])+")")
    c.executemany("INSERT INTO contacts VALUES("+",".join("?"*12)+")", rows); c.commit(); c.close()
    perm=list(range(n)); g.r.shuffle(perm); k=0; r=g.r
    with open(f"{d}/ops_{n}.jsonl","w",encoding="utf-8") as f:
        def out(o): f.write(json.dumps(o,ensure_ascii=False)+"\n")
        def val(c): return g.phone() if c=="phone" else g.notes()
        for i in range(1000):
            c=r.choice(("phone","notes")); out({"w":"w3","id":rows[perm[k]][0].hex(),"col":c,"val":val(c)}); k+=1
        for i in range(1000):
            same=i<500; ca="phone"; cb="phone" if same else "notes"
            out({"w":"w4","id":rows[perm[k]][0].hex(),"same":same,"acol":ca,"aval":val(ca),"bcol":cb,"bval":val(cb)}); k+=1
        out({"w":"w5","id":rows[perm[k]][0].hex(),"col":"phone","val":g.phone()}); k+=1
        for i in range(1000): out({"w":"w6d","id":rows[perm[k]][0].hex()}); k+=1
        for i in range(200):  # 100: A deletes, B updates; 100: A updates, B deletes
            out({"w":"w6c","id":rows[perm[k]][0].hex(),"deleter":"A" if i<100 else "B","col":"phone","val":g.phone()}); k+=1
    tot=sum(16+sum(len(v.encode()) for v in x[1:]) for x in rows)
    print(n,"rows; mean payload bytes/row %.1f"%(tot/n),"db",os.path.getsize(p),"jsonl",os.path.getsize(f"{d}/contacts_{n}.jsonl"))
if __name__=="__main__":
    for a in sys.argv[1:] or ["10000","100000"]: main(int(a))
