"""Seeded data as of 2026-11-20. python3 make.py"""
import csv, pathlib, random
from datetime import date, timedelta
R = random.Random(24); T = date(2026, 11, 20); H = pathlib.Path(__file__).parent / "data"
def d(n): return (T - timedelta(days=n)).isoformat()
def save(path, rows):
    p = H / f"{path}.csv"; p.parent.mkdir(parents=True, exist_ok=True)
    with open(p, "w", newline="") as f:
        w = csv.DictWriter(f, list(rows[0]), lineterminator="\n"); w.writeheader(); w.writerows(rows)
    print(path, len(rows))
def pick(**k): return R.choices([x.replace("_", " ") for x in k], list(k.values()))[0]
A = "Osprey Linden Cobalt Juniper Marlow Quarry Saffron Delta Fjord Hazel Nimbus Orchard Pewter Larch Ember".split()
B = "Logistics Dental Foods Robotics Studios Insurance Freight Bikes Pharma Hotels".split()
F = "Nora Samir Ida Tomas Leila Owen Petra Kofi Maya Anton Ruth Jorge Aiko Bram Celia Dario Elin Femi".split()
L = "Okafor Lindqvist Moreau Tanaka Reyes Novak Haddad Becker Silva Doyle Ibsen Castro Wolff Amadi Kerr".split()
OWN = ["Greta Holm", "Isaac Boateng", "Yuki Mori", "Paul Devlin", "Rosa Marin"]
# accounts
names = [f"{a} {b}" for a in A for b in B]; R.shuffle(names); acc = []
for i in range(96):
    seg = R.choices(["Strategic", "Mid-market", "Small business"], [14, 42, 40])[0]
    arr = {"Strategic": R.randrange(60, 240), "Mid-market": R.randrange(14, 70), "Small business": R.randrange(2, 24)}[seg] * 1000
    if i % 9 == 4: arr = 20000
    acc.append(dict(account_id=f"AC{1001+i}", name=names[i], segment=seg, country=R.choice("US US GB DE SE CA NL AU".split()),
        status=pick(active=84, paused=6, churned=10), arr=arr if R.random() > .07 else "", owner=R.choice(OWN), customer_since=d(R.randrange(120, 2000))))
by = {a["account_id"]: a for a in acc}
# contacts
con = []
for a in acc:
    roles = ["Executive sponsor"] if R.random() < .75 else []
    if R.random() < .72: roles.append("Billing contact")
    roles += R.sample(["Admin", "User", "User"], 1 if len(roles) == 2 else 2)
    for r in roles:
        f, l = R.choice(F), R.choice(L)
        while any(c["email"].startswith(f"{f}.{l}@".lower()) and c["account_id"] == a["account_id"] for c in con): f = F[(F.index(f) + 1) % len(F)]
        con.append(dict(contact_id=f"P{3001+len(con)}", account_id=a["account_id"], full_name=f"{f} {l}",
            email=f"{f}.{l}@{a['name'].replace(' ', '')}.example".lower(), role=r,
            phone=f"+1 555 01{R.randrange(10,99)}" if R.random() < .6 else "", status=pick(active=90, left=10), email_opt_out=pick(no=93, yes=7)))
save("crm/contacts", con); of = {}
for c in con: of.setdefault(c["account_id"], []).append(c)
# subscriptions + snapshots
sub, snap = [], []
PLAN = {"Strategic": dict(Business=3, Enterprise=7), "Mid-market": dict(Team=4, Business=5, Enterprise=1), "Small business": dict(Starter=5, Team=5)}
PRICE = dict(Starter=9, Team=15, Business=24, Enterprise=38)
def addsub(a, active):
    plan = pick(**PLAN[a["segment"]]); seats = R.choice({"Starter": [5, 8, 10, 12], "Team": [10, 20, 30, 40], "Business": [30, 40, 60, 80], "Enterprise": [50, 100, 150, 200]}[plan])
    start = R.choice([12, 22, 29, 30, 31]) if active and R.random() < .09 else R.randrange(70, 700)
    if not active: start = R.randrange(420, 1100)
    s = dict(subscription_id=f"SB{501+len(sub)}", account_id=a["account_id"], plan=plan, billing_model=pick(per_seat=90, flat=10), seats_bought=seats if R.random() > .04 else "",
        price_per_seat=PRICE[plan], started_on=d(start), ended_on="" if active else d(start - 365), status="active" if active else "ended", overage_step="")
    sub.append(s)
    if not active:
        s["overage_step"] = R.choice(["", "", "Nudge", "Quote"]); return
    if R.random() < .04: return
    last = R.choice([2, 4, 5, 11, 14, 14, 15, 25] if R.random() < .4 else [4]); k = R.choice([1, 2, 3, 3, 3, 3])
    k = max(1, min(k, 1 + (start - last) // 7)) if start > last else 0
    b = seats; f = R.choices([-.3, 0, .05, .10, .2, .3, .5], [16, 6, 22, 14, 32, 10, 8])[0]
    hist = R.random() < .38
    for j in range(k):
        u = b + (int(b * f) if f else 0)
        if f == .05: u = b + R.choice([1, 2, 3, max(1, b // 20)])
        if j: u = u - R.choice([0, 0, 1]) if hist else b - R.randrange(0, 4) if R.random() < .7 else u
        snap.append(dict(subscription_id=s["subscription_id"], taken_on=d(last + 7 * j), used_seats=max(1, u) if R.random() > .05 else "", invited_not_joined=R.randrange(0, 6)))
for a in acc:
    if a["status"] != "churned" and R.random() < .93: addsub(a, True)
    if a["status"] == "churned" or R.random() < .18: addsub(a, False)
for s in sub: a = by[s["account_id"]]; a["customer_since"] = min(a["customer_since"], s["started_on"])
save("crm/accounts", acc)
sub.sort(key=lambda s: s["started_on"]); snap.sort(key=lambda s: (s["taken_on"], s["subscription_id"]))
save("billing/subscriptions", sub); save("product/seat_snapshots", [dict(snapshot_id=f"SN{1+i:04}", **s) for i, s in enumerate(snap)])
# tickets + replies
tic, rep = [], []; SUBJ = {"Bug": ["Export stalls at 90 %", "Dashboard shows last week", "Filters reset on reload"], "How-to": ["How do we bulk-invite?", "Copy a workspace"], "Billing question": ["VAT number on invoice", "Change of card"],
    "Login": ["SSO loop", "Reset link expired"], "Integration": ["Webhook retries", "Slack app silent"], "Security incident": ["Unknown login from new country", "Shared link leaked"]}
def say(t, n, who, kind): rep.append(dict(ticket_id=t, replied_on=d(n), author_type=who, kind=kind, author=R.choice(["Lotte", "Mehmet", "Grace"]) if who == "agent" else ""))
for i in range(170):
    a = R.choice(acc); c = R.choice(of[a["account_id"]]); cat = pick(Bug=34, **{"How-to": 20}, Billing_question=12, Login=12, Integration=15, Security_incident=7)
    st = R.choices(["waiting on customer", "open", "on hold", "solved", "closed"], [58, 12, 6, 14, 10])[0]; t = f"T{7001+i}"; age = R.randrange(1, 200)
    if st == "waiting on customer":
        g = R.choices([R.randrange(0, 3), R.randrange(3, 7), R.randrange(7, 14), R.randrange(14, 30)], [8, 26, 26, 40])[0]
        if R.random() < .2: g = R.choice([2, 3, 6, 7, 13, 14])
        age = g + R.randrange(1, 30); x = R.random()
        if x > .04:
            say(t, g, "agent", "public reply")
            n = R.choices([0, 1, 2], [8, 2, 0] if g < 7 else [3, 6, 1] if g < 14 else [1, 3, 8])[0]
            for j in range(n): say(t, max(0, g - (3, 7)[j] + (R.choice([0, -1]) if g > 8 else 0)), "system", "nudge")
            if x > .93: say(t, R.choice([g, max(0, g - 1)]), "customer", "public reply")
            elif x > .83: say(t, max(0, g - R.randrange(1, 4)), "agent", "internal note")
            elif x > .73: say(t, g + 1, "system", "nudge")
            elif x > .60: say(t, g + 1, "customer", "public reply")
        else: say(t, g, "agent", "internal note")
    elif st in ("solved", "closed") and R.random() < .6: say(t, R.randrange(0, age), "agent", "public reply")
    tic.append(dict(ticket_id=t, account_id=a["account_id"], contact_id=c["contact_id"] if R.random() > .04 else "", subject=R.choice(SUBJ[cat]), category=cat,
        priority=pick(low=18, normal=46, high=18, urgent=14), status=st, assignee=R.choice(["Lotte", "Mehmet", "Grace", ""]), created_on=d(age), next_step="Close" if st == "closed" and R.random() < .5 else ""))
tic.sort(key=lambda t: t["created_on"]); rep.sort(key=lambda r: (r["replied_on"], r["ticket_id"]))
save("support/tickets", tic); save("support/replies", [dict(reply_id=f"RP{1+i:04}", **r) for i, r in enumerate(rep)])
# nps
nps = []; COM = {0: ["Too slow on Mondays", "Nobody answers us", "Price went up, value did not", "Reports are wrong half the time"], 1: ["Fine, but search is weak", "Okay for what we need"], 2: ["The team loves it", "Lotte was a great help", "Saves us hours"]}
seen = {}; days = sorted([R.randrange(1, 31) for _ in range(160)] + [R.choice([29, 30, 31]) for _ in range(8)] + [R.randrange(31, 110) for _ in range(75)], reverse=True)
prev = []
for n in days:
    c = R.choice(prev) if prev and R.random() < .08 else R.choice(con)
    if R.random() < .10 and nps: c = R.choice(of[nps[-1]["account_id"]])
    anon = R.random() < .05
    if not anon and seen.get(c["contact_id"]) == n: continue
    s = R.choices(range(11), [5, 4, 5, 6, 7, 6, 8, 9, 11, 15, 14])[0]; k = 0 if s < 7 else 1 if s < 9 else 2
    if c['role'] == 'Executive sponsor' and R.random() < .25: s, k = R.randrange(0, 6), 0
    blank = not anon and c["contact_id"] not in seen and R.random() < .03
    if not anon: seen[c["contact_id"]] = n; prev.append(c)
    done = R.random() < (.09 if n < 31 else .7)
    nps.append(dict(response_id=f"NR{901+len(nps)}", account_id=c["account_id"], contact_id="" if anon else c["contact_id"], responded_on=d(n), score="" if blank else s,
        comment=R.choice(COM[k]) if R.random() < .55 else "", followed_up_on=d(max(0, n - R.randrange(1, 6))) if done else "", follow_up={0: "Written reply", 1: "Written reply", 2: "Thank you"}[k] if done else ""))
save("surveys/nps_responses", nps)
# charges + refunds
chg = []
def charge(a, n, kind=None, amt=None, status=None):
    kind = kind or pick(subscription=60, add_on=20, overage=10, setup_fee=10).replace("add on", "add-on")
    amt = amt or round(R.choice([R.randrange(40, 900), R.randrange(900, 4800), R.randrange(5000, 9000)] if a["segment"] != "Small business" else [R.randrange(40, 900)]) + R.choice([0, .5, 0]), 2)
    c = dict(charge_id=f"CH{len(chg)+1:05}", account_id=a["account_id"], charged_on=d(n), kind=kind, amount=f"{float(amt):.2f}", status=status or pick(settled=90, pending=5, disputed=5), method=R.choice(["card", "card", "bank transfer", ""]))
    chg.append(c); return c
pool = []
for i in range(190):
    a = R.choice(acc); n = R.randrange(3, 110) if i < 140 else R.randrange(110, 330); c = charge(a, n); pool.append((c, n, False))
    if R.random() < .16: charge(a, max(0, n - R.choice([0, 1, 2, 3, 4])), c["kind"], c["amount"]); pool[-1] = (c, n, True)
ref = []
def refund(c, n, twin, st):
    wait = R.choice([3, 8, 14, 15, 25, 45, 46, 60, 1, 10, 20, 33]); req = max(0, n - wait)
    reason = "duplicate charge" if R.random() < (.75 if twin else .18) else R.choices(["product problem", "forgot to cancel", "change of mind", "other", ""], [36, 34, 15, 8, 7])[0]
    amt = float(c["amount"]); x = R.random()
    q = "" if x < .08 else f"{amt+R.choice([10, 50]):.2f}" if x < .13 else f"{amt*.5:.2f}" if x < .2 else f"{amt:.2f}"
    done = st in ("paid", "declined")
    ref.append(dict(charge_id=c["charge_id"], account_id=c["account_id"], requested_on=d(req), amount_requested=q, reason=reason, status=st,
        decided_on=d(max(0, req - R.randrange(0, 6))) if done else "", decision={"paid": R.choice(["Approve", "Partial"]), "declined": "Decline"}.get(st, "")))
    return req
for c, n, tw in R.sample(pool[:140], 88):
    r = refund(c, n, tw, "open")
    if R.random() < .06 and r > 1: refund(c, max(0, r - 1) + 0, tw, "open"); ref[-1]["requested_on"] = d(r - 1)
for c, n, tw in R.sample(pool[140:], 40): refund(c, n, tw, R.choices(["paid", "declined", "withdrawn"], [5, 4, 2])[0])
for _ in range(6): # a few old ones, more than a year back
    a = R.choice(acc); n = R.randrange(380, 450); refund(charge(a, n, status="settled"), n, False, "paid"); ref[-1].update(requested_on=d(n - 3), decided_on=d(n - 5))
save("billing/charges", chg); ref.sort(key=lambda r: r["requested_on"]); save("billing/refund_requests", [dict(refund_id=f"RF{201+i}", **r) for i, r in enumerate(ref)])
# features + requests
V = ["Bulk", "Scheduled", "Shared", "Custom", "Offline", "Nested", "Smart", "Audit"]; W = ["exports", "dashboards", "tags", "alerts", "templates", "permissions", "comments", "forms", "calendars"]
ti = [f"{v} {w}" for v in V for w in W]; R.shuffle(ti); fea = []
for i in range(64):
    st = R.choices(["shipped", "beta", "declined", "planned", "under review"], [36, 30, 22, 6, 6])[0]
    n = R.choice([45, 45, 46, 44]) if R.random() < .16 else R.randrange(1, 45) if R.random() < .85 else R.randrange(47, 240)
    fea.append(dict(feature_id=f"FT{101+i}", title=ti[i], area=R.choice(["Reporting", "Admin", "Collaboration", "Mobile"]), stage=st, stage_changed_on=d(n) if R.random() > .04 else "",
        min_plan=R.choice(["", "", "Starter", "Team", "Business", "Business", "Enterprise"]), announced="no" if st in ("beta", "planned", "under review") else pick(yes=85, no=15) if st == "shipped" else "no", pm=R.choice(["Vikram", "Anneke", "Joss"])))
save("product/features", fea); fr = []; used = set()
while len(fr) < 230:
    f, a = R.choice(fea), R.choice(acc); c = R.choice(of[a["account_id"]])
    if fr and R.random() < .13:
        f0 = R.choice(fr); f = next(x for x in fea if x["feature_id"] == f0["feature_id"]); a = by[f0["account_id"]]; c = R.choice(of[a["account_id"]])
    n = R.choice([364, 365, 366]) if R.random() < .05 else R.randrange(5, 520)
    if (f["feature_id"], a["account_id"], n) in used: continue
    used.add((f["feature_id"], a["account_id"], n)); told = R.random() < .12
    fr.append(dict(feature_id=f["feature_id"], account_id=a["account_id"], contact_id=c["contact_id"], requested_on=d(n), importance=R.choices(["blocker", "important", "nice to have", ""], [22, 40, 33, 5])[0],
        source=R.choice(["call", "ticket", "email", "community"]), told_on=d(R.randrange(0, min(n, 40))) if told else "", reply_plan=R.choice(["Good news", "Gentle no"]) if told else ""))
fr.sort(key=lambda r: (r["requested_on"], r["account_id"])); save("product/feature_requests", [dict(request_id=f"FR{1001+i}", **r) for i, r in enumerate(fr)])
