"""Writes accounts.csv: accounts around every limit that the rounds of tests/refine.rs speak of."""

import csv
import datetime
import random
from pathlib import Path

TODAY = datetime.date(2026, 11, 16)
chance = random.Random(7)
COLUMNS = ["account_id", "name", "segment", "status", "arr", "renewal_date", "csm_name", "csm_email",
           "health_score", "plan", "region", "risk_level", "last_contact_date"]
CSMS = [("Marta Ruiz", "marta.ruiz@ourcompany.example"), ("Noor Haddad", "noor.haddad@ourcompany.example")]


def row(number):
    csm, email = chance.choice(CSMS)
    days = chance.choice([89, 90, 90, 90, 91, 99, 100, 100, 100, 101])
    contact = chance.choice([None, 0, 12, 29, 30, 31, 45, 200])
    return [
        f"{40000 + number * 7:05}",
        f"{chance.choice(['Harbor', 'Lumen', 'Quarry', 'Sable'])} {chance.choice(['Foods', 'Tools', 'Media'])} {number}",
        chance.choice(["enterprise", "enterprise", "mid-market", "mid-market", "smb"]),
        chance.choice(["active"] * 9 + ["churned"]),
        chance.choice([9000, 19999, 20000, 24999, 25000, 60000, 99999, 100000, 149999, 150000, 320000]),
        TODAY + datetime.timedelta(days=days),
        csm, email,
        chance.choice(["", 12, 49, 50, 51, 70, 90, 91, 97]),
        chance.choice(["starter", "team", "business"]),
        chance.choice(["EMEA", "APAC", "AMER"]),
        chance.choice(["low", "medium", "high"]),
        TODAY - datetime.timedelta(days=contact) if contact is not None else "",
    ]


with open(Path(__file__).parent / "accounts.csv", "w", newline="", encoding="utf-8") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(COLUMNS)
    out.writerows(row(number) for number in range(360))
