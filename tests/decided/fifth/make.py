"""Seeded data for the five SOPs. As-of 2026-11-20. python3 make.py"""
import csv, random, pathlib
from datetime import date, timedelta
R = random.Random(50517)
T = date(2026, 11, 20)
ROOT = pathlib.Path(__file__).parent / "data"
def d(n): return (T + timedelta(days=n)).isoformat()
def pick(*ws):
    return R.choices([w[0] for w in ws], [w[1] for w in ws])[0]
def write(p, rows):
    f = ROOT / p; f.parent.mkdir(parents=True, exist_ok=True)
    with open(f, "w", newline="") as h:
        w = csv.DictWriter(h, list(rows[0]), lineterminator="\n"); w.writeheader(); w.writerows(rows)
A = "Alder Birch Cobalt Dune Ember Fjord Granite Harbor Indigo Juniper Kestrel Lumen Meridian Nimbus Opal Pioneer Quarry Ridge Summit Tidal Umber Vertex Willow Yarrow Zenith".split()
B = "Foods Logistics Health Systems Robotics Retail Media Energy Textiles Labs Travel Capital".split()
FN = "Anna Ben Carla David Elif Farid Greta Hugo Ines Jamal Kate Liam Mona Nils Olga Pedro Qiu Rosa Sven Tara Uma Victor Wanda Yusuf Zoe".split()
LN = "Abbott Brandt Costa Diaz Evans Fischer Gupta Hansen Ito Jensen Kaya Lopez Meyer Novak Okafor Patel Rossi Silva Tanaka Weber".split()
names = [f"{a} {b}" for a in A for b in B]; R.shuffle(names)
def person(): return f"{R.choice(FN)} {R.choice(LN)}"
def mail(p, c): return p.lower().replace(" ", ".") + "@" + c.lower().replace(" ", "") + ".com"
OWN = ["Dana Whitfield", "Marcus Lee", "Sofia Brandt", "Tom Adeyemi"]
# --- crm
acc = []
for i in range(80):
    seg = pick(("Enterprise", 3), ("Mid-Market", 4), ("SMB", 4))
    lo, hi = {"Enterprise": (45, 180), "Mid-Market": (14, 60), "SMB": (3, 18)}[seg]
    acc.append(dict(account_id=f"A{1001+i}", name=names[i], segment=seg,
        country=pick(("US", 7), ("UK", 2), ("Germany", 1)), status=pick(("active", 84), ("churned", 9), ("paused", 7)),
        arr="" if R.random() < .06 else R.randint(lo, hi) * 1000 + R.choice([0, 0, 250, 500]),
        owner="" if R.random() < .05 else R.choice(OWN), created_on=d(-R.randint(200, 1900))))
write("crm/accounts.csv", acc)
con = []
weights = [pick((1, 6), (2, 6), (3, 3)) for _ in acc]
for a, k in zip(acc, weights):
    for j in range(k):
        if len(con) >= 150: break
        p = person()
        role = pick(("Champion", 6), ("Economic buyer", 3), ("Admin", 1), ("End user", 1)) if j == 0 else \
               pick(("Champion", 1), ("Economic buyer", 2), ("Admin", 3), ("End user", 4), ("", 1))
        con.append(dict(contact_id=f"C{2001+len(con)}", account_id=a["account_id"], name=p,
            email="" if R.random() < .04 else mail(p, a["name"]), role=role,
            is_billing_contact=pick(("yes", 4), ("no", 6)),
            status=pick(("active", 80), ("left", 15), ("", 5)), phone="" if R.random() < .3 else f"+1 555 01{R.randint(10,99)}"))
write("crm/contacts.csv", con)
jc = []
prim = [c for c in con if c["role"] in ("Champion", "Economic buyer")]
rest = [c for c in con if c["role"] not in ("Champion", "Economic buyer")]
who = R.sample(prim, 58) + R.sample(rest, 20)
def alert(c, day, ch, src, handled):
    return dict(contact_id=c["contact_id"], account_id=c["account_id"], detected_on=d(-day), change=ch, source=src,
                handled_on=d(-max(0, day - R.randint(1, 9))) if handled else "")
for c in who:
    jc.append(alert(c, R.randint(1, 70), pick(("left company", 64), ("new role", 22), ("on leave", 14)),
                    pick(("LinkedIn", 5), ("customer told us", 2), ("", 1)), R.random() < .28))
for r in [r for r in jc if r["change"] == "left company" and not r["handled_on"]][:8]:
    c = next(c for c in con if c["contact_id"] == r["contact_id"])
    day = (T - date.fromisoformat(r["detected_on"])).days
    jc.append(alert(c, max(0, day - R.randint(1, 5)), "left company", "bounced email", False))
jc.sort(key=lambda r: (r["detected_on"], r["contact_id"]))
jc = [dict(alert_id=f"JC-{301+i}", **r) for i, r in enumerate(jc)]
write("crm/job_changes.csv", jc)
# --- billing
ctr = []
def contract(a, st, start, end, plan):
    fee = "" if R.random() < .03 else max(150, round((a["arr"] or 12000) / 12, 2))
    ctr.append(dict(contract_id=f"K{5001+len(ctr)}", account_id=a["account_id"], plan=plan, monthly_fee=fee,
                    start_date=start, end_date=end, status=st))
for a in acc:
    plan = {"Enterprise": pick(("Enterprise", 8), ("Business", 2)), "Mid-Market": pick(("Business", 8), ("Enterprise", 2)),
            "SMB": pick(("Starter", 5), ("Business", 5))}[a["segment"]]
    if a["status"] == "churned":
        contract(a, "ended", d(-R.randint(500, 800)), d(-R.randint(20, 200)), plan); continue
    fresh = R.random() < .09
    start = -R.randint(22, 48) if fresh else -R.randint(70, 700)   # fresh ones start in October 2026
    if R.random() < .3:
        contract(a, "ended", d(start - 366), d(start - 1), pick((plan, 2), ("Business", 1)))
    contract(a, "active", d(start), "" if R.random() < .1 else d(R.choice([R.randint(5, 88), R.randint(93, 340), R.randint(93, 340)])), plan)
write("billing/contracts.csv", ctr)
us = [a for a in acc if a["country"] == "US"]
ST = ["TX", "NY", "FL", "OH", "PA", "WA", "IL"]
cert = []
def crt(a, st, ty, status, exp):
    cert.append(dict(account_id=a["account_id"], state=st, certificate_type=ty, status=status,
        issued_on="" if exp is None else d(min(-3, exp - R.choice([365, 730, 1095]))), expires_on="" if exp is None else d(exp), tax_status="exempt"))
for _ in range(84):
    a = R.choice(us)
    st = R.choice(ST)
    if any(c["account_id"] == a["account_id"] and c["state"] == st for c in cert): continue
    band = pick(("old", 3), ("just", 2), ("soon", 2), ("later", 3), ("far", 4))
    exp = {"old": -R.randint(31, 160), "just": -R.randint(1, 30), "soon": R.randint(2, 14), "later": R.randint(15, 59), "far": R.randint(64, 900)}[band]
    if R.random() < .06: exp = None
    crt(a, st, pick(("Resale", 5), ("Nonprofit", 3), ("Manufacturing", 2), ("Government", 1)),
        pick(("on file", 86), ("requested", 7), ("rejected", 7)), exp)
    if exp is not None and exp < 15 and R.random() < .33:   # a follow-up certificate
        crt(a, st, cert[-1]["certificate_type"], pick(("on file", 6), ("requested", 2), ("rejected", 2)), exp + R.choice([365, 730]))
R.shuffle(cert)
cert = [dict(certificate_id=f"TX-{701+i}", **c) for i, c in enumerate(cert)]
write("billing/tax_certificates.csv", cert)
rem = []
for c in cert:
    if c["expires_on"] and c["expires_on"] < d(40):
        for _ in range(pick((0, 4), (1, 3), (2, 2), (3, 3), (4, 1))):
            rem.append(dict(certificate_id=c["certificate_id"], sent_on=d(-R.randint(1, 75)), channel=pick(("email", 5), ("phone", 1)), sent_by=R.choice(["Lena", "Oscar", "system"])))
rem.sort(key=lambda r: (r["sent_on"], r["certificate_id"]))
write("billing/certificate_reminders.csv", [dict(reminder_id=f"RM{1+i:03d}", **r) for i, r in enumerate(rem)])
inv = []
certacc = sorted({c["account_id"] for c in cert})
for i in range(150):
    aid = R.choice(certacc) if R.random() < .8 else R.choice(acc)["account_id"]
    a = next(x for x in acc if x["account_id"] == aid)
    n = R.choice([R.randint(5, 355), R.randint(5, 355), R.randint(375, 560)])
    inv.append(dict(account_id=aid, invoice_date=d(-n), amount=f"{(a['arr'] or 12000) / 4 * R.choice([.8, 1, 1, 1.25]):.2f}",
        tax_amount="0.00", status=pick(("paid", 7), ("open", 2), ("void", 1)), po_number="" if R.random() < .5 else f"PO-{R.randint(1000,9999)}"))
inv.sort(key=lambda r: (r["invoice_date"], r["account_id"]))
write("billing/invoices.csv", [dict(invoice_id=f"INV-{8001+i}", **r) for i, r in enumerate(inv)])
# --- trials
tr, req, lg = [], [], []
for i in range(75):
    c = names[100 + i]; p = person()
    end = R.choice([-R.randint(11, 30), -R.randint(0, 9), -R.randint(0, 9), R.randint(1, 12), R.randint(1, 12), R.randint(1, 12)])
    tr.append(dict(trial_id=f"T{401+i}", company=c, contact_name="" if R.random() < .06 else p,
        contact_email=mail(p, "brightlane" if R.random() < .08 else c),
        employees="" if R.random() < .1 else pick((R.randint(4, 49), 5), (R.randint(50, 199), 3), (R.randint(200, 1500), 3), (50, .4), (200, .4)),
        plan=pick(("Starter", 2), ("Business", 3)), started_on=d(end - 30), ends_on=d(end), extended_before=pick(("no", 75), ("yes", 25))))
    act = pick((0, 4), (1, 2), (2, 2), (3, 2), (4, 2))
    for _ in range(act):
        if len(lg) < 148:
            last = max(1, -end)   # nobody logs in after the trial has ended
            n = R.choice([R.randint(last, max(last, 13))] * 3 + [R.randint(max(15, last), 30 - max(end, 0) if end > 0 else max(27, last))])
            if n == 14: n = 15
            lg.append(dict(trial_id=tr[-1]["trial_id"], user=f"user{R.randint(1,3)}", login_on=d(-n), result=pick(("success", 88), ("failed", 12))))
write("trials/trials.csv", tr)
lg.sort(key=lambda r: (r["login_on"], r["trial_id"]))
write("trials/logins.csv", [dict(login_id=f"L{1+i:04d}", **r) for i, r in enumerate(lg)])
for t in tr:
    if R.random() < .97:
        req.append(dict(trial_id=t["trial_id"], requested_on=d(-R.randint(0, 8)), days_requested=R.choice([7, 10, 14, 14, 21, 30, ""]),
            reason=pick(("procurement", 4), ("need more time", 4), ("vacation", 2), ("technical setup", 2), ("", 1)),
            status=pick(("new", 72), ("approved", 12), ("declined", 9), ("withdrawn", 7))))
req.sort(key=lambda r: (r["requested_on"], r["trial_id"]))
write("trials/extension_requests.csv", [dict(request_id=f"ER-{101+i}", **r) for i, r in enumerate(req)])
# --- reliability
up, out = [], []
live = [a for a in acc if a["status"] != "churned"][:68]
for a in live:
    for m in ("2026-09", "2026-10"):
        u = pick((R.uniform(99.9, 100), 5), (R.uniform(99.5, 99.89), 4), (R.uniform(99.0, 99.49), 3), (R.uniform(97.2, 98.99), 2), (99.5, .4), (99.9, .4), (99.0, .3))
        up.append(dict(account_id=a["account_id"], month=m, uptime_pct="" if R.random() < .06 else f"{u:.2f}", checks=R.randint(8400, 8928)))
        style = pick(("none", 5), ("planned", 1.6), ("few", 3), ("many", 1.6)) if m == "2026-10" else pick(("none", 8), ("few", 2))
        cs = {"none": [], "planned": ["planned maintenance"] * R.randint(1, 2), "few": [pick(("platform", 3), ("third party", 2), ("customer side", 3), ("planned maintenance", 2)) for _ in range(R.randint(1, 3))],
              "many": [pick(("platform", 3), ("third party", 2)) for _ in range(R.choice([3, 3, 4]))]}[style]
        if style == "planned" and R.random() < .3: cs.append("customer side")
        for c in cs:
            if len(out) < 150:
                out.append(dict(account_id=a["account_id"], started_on=f"{m}-{R.randint(1,30):02d}", minutes="" if R.random() < .05 else R.randint(4, 340), cause=c))
write("reliability/uptime_report.csv", [dict(report_id=f"U{1+i:03d}", **r) for i, r in enumerate(up)])
out.sort(key=lambda r: (r["started_on"], r["account_id"]))
write("reliability/outages.csv", [dict(outage_id=f"O{1+i:03d}", **r) for i, r in enumerate(out)])
# --- help center
art, fb = [], []
V = ["Set up", "Change", "Delete", "Export", "Import", "Connect", "Invite", "Find", "Reset", "Share"]
O = ["users", "a dashboard", "reports", "your invoice", "single sign-on", "a workspace", "webhooks", "contacts", "API keys", "two-factor login", "templates", "filters"]
ti = [f"{v} {o}" for v in V for o in O]; R.shuffle(ti)
for i in range(110):
    pub = R.choice([R.randint(5, 55)] + [R.randint(70, 1100)] * 5)
    rev = "" if R.random() < .15 or pub < 60 and R.random() < .7 else d(-min(pub, R.choice([R.randint(5, 175), R.randint(184, 600), R.randint(184, 600)])))
    v = R.choice([0, R.randint(2, 14), R.randint(15, 40), R.randint(5, 60)]); h = round(v * R.choice([.2, .4, .5, .7, .9]))
    art.append(dict(article_id=f"H{601+i}", title=ti[i], category=pick(("Getting started", 5), ("Integrations", 4), ("Security", 2), ("Billing", 2), ("Reports", 3), ("Legal", 1), ("Release notes", 1)),
        locale=pick(("en-US", 6), ("en-GB", 3), ("de", 1), ("fr", 1)), status=pick(("published", 85), ("draft", 8), ("archived", 7)),
        owner="" if R.random() < .1 else R.choice(["Jonas", "Amira", "Pat", "Leonie"]), published_on=d(-pub), last_reviewed_on=rev,
        views_90d="" if R.random() < .07 else pick((R.randint(0, 19), 3), (R.randint(20, 150), 4), (R.randint(150, 3000), 4), (20, .3)),
        helpful_votes=h, unhelpful_votes=v - h, review_outcome=""))
write("helpcenter/articles.csv", art)
hot = R.sample([a for a in art if a['status'] == 'published' and a['locale'][:2] == 'en'], 14)
for i in range(140):
    a = R.choice(hot) if R.random() < .55 else R.choice(art)
    fb.append(dict(article_id=a["article_id"], given_on=d(-R.randint(1, min(200, (T - date.fromisoformat(a['published_on'])).days))), kind=pick(("wrong", 5), ("outdated", 2), ("unclear", 4), ("typo", 2), ("thanks", 3)), resolved=pick(("yes", 45), ("no", 35), ("", 20))))
fb.sort(key=lambda r: (r["given_on"], r["article_id"]))
write("helpcenter/feedback.csv", [dict(feedback_id=f"F{1+i:03d}", **r) for i, r in enumerate(fb)])
