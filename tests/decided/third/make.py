#!/usr/bin/env python3
"""Writes data/<system>/*.csv. Byte-stable: seeded, no clock. Today is 2026-11-20."""
import csv, os, random
from datetime import date, timedelta
import texts
HERE = os.path.dirname(os.path.abspath(__file__))
T = date(2026, 11, 20)
R = random.Random(20261120)
def ago(n): return (T - timedelta(days=n)).isoformat()
def w(path, rows):
    p = os.path.join(HERE, "data", path); os.makedirs(os.path.dirname(p), exist_ok=True)
    with open(p, "w", newline="", encoding="utf-8") as f:
        d = csv.DictWriter(f, list(rows[0]), lineterminator="\n"); d.writeheader(); d.writerows(rows)
def pick(*pairs):
    return R.choices([p[0] for p in pairs], [p[1] for p in pairs])[0]
FIRST = "Anna Ben Carla David Elif Farid Grace Hugo Ines Jonas Kavya Liam Marta Nadia Oskar Priya Quinn Rosa Samir Tessa Umar Vera Willem Yara Zoe Leon Maya Pablo Ruth Stefan".split()
LAST = "Abbott Berger Castillo Dubois Eriksen Farah Greco Haddad Ivanova Jansen Kowalski Lindqvist Moreau Nakamura Okafor Pereira Quist Romano Schmidt Tanaka Usman Visser Whitlock Young Zeller Marsh Novak Ortiz Patel Reyes".split()
A1 = "Maple Harbor Golden Little Corner North River Sunny Old Blue Green Market Copper Silver Station Garden Brick Willow Cedar Anchor".split()
A2 = "Bakery|Books|Bikes|Deli|Pharmacy|Toys|Florist|Coffee|Outfitters|Hardware|Garden Centre|Pet Supplies|Wines|Optics|Shoes|Grocers".split("|")
OWNERS = ["maria.keller@larkfield.example","tom.oakes@larkfield.example","lea.brandt@larkfield.example","sanjay.rao@larkfield.example","olivia.dunn@larkfield.example"]
CSMS = ["ivy.chen@larkfield.example","marc.devos@larkfield.example","nora.lindt@larkfield.example"]
TECHS = ["pete.hale@larkfield.example","sofia.marin@larkfield.example","karl.brenner@larkfield.example"]
COUNTRIES = ["United States","United Kingdom","Germany","Netherlands","Spain","Canada","France"]

def person(): return R.choice(FIRST), R.choice(LAST)

# ---- accounts, contacts
names = [f"{a} {b}" for a in A1 for b in A2]; R.shuffle(names)
accounts, contacts, by_acc = [], [], {}
for i in range(150):
    aid = f"A-{1001+i}"
    status = "active" if i < 68 else "paused" if i < 75 else "churned"
    seg = pick(("Small",55),("Mid",28),("Large",17))
    if i in (5, 31, 50): seg = "Internal"
    arr = {"Small": R.randrange(480, 4200, 60), "Mid": R.randrange(3000, 15000, 120), "Large": R.randrange(11000, 60000, 500), "Internal": 0}[seg]
    signup, churn, reason, exitc, dnc, wb, wbl = R.randint(200, 2200), "", "", "", "no", "", ""
    if status == "churned":
        # left 20..700 days ago, clear of the 3- and 18-month edges
        c = R.choice([R.randint(20, 85)] + [R.randint(97, 540)]*7 + [R.randint(560, 700)])
        churn = ago(c)
        stay = R.choice([R.randint(150, 1050)]*4 + [R.randint(1110, 2000)])
        signup = c + stay
        exitc = R.choice(texts.EXIT[:7]*3 + texts.EXIT[7:])[0]
        reason = pick(("price",30),("missing_feature",20),("competitor",20),("poor_support",12),("closed_business",9),("",9))
        if texts.flag(texts.EXIT, exitc) or "loyalty" in exitc: reason = "missing_feature"
        if reason == "closed_business": exitc = R.choice(["We are closing our doors after twelve years.", ""])
        if 76 <= i < 96:                                 # make sure the rarer cases occur
            c = R.randint(110, 520); churn = ago(c); signup = c + R.randint(300, 1000)
            if reason == "closed_business" and i > 79: reason, exitc = "price", texts.EXIT[0][0]
            if i in (76, 77, 78): reason, exitc = "closed_business", "We are closing our doors after twelve years."
            if i in (80, 84, 87): arr, signup = "", c + 1400
            if i in (81, 85): seg, arr = "Small", 1500
            if i in (93, 94): reason, exitc = "missing_feature", texts.EXIT[8][0]
        if R.random() < .08: arr = ""
        if R.random() < .08: dnc = "yes"
        if R.random() < .25:
            wb = R.choice(["contacted","declined"]); wbl = ago(R.choice([R.randint(15,170), R.randint(195,300)]))
            if wbl < churn: wb = wbl = ""
        if i in (93, 94): dnc, wb, wbl = "no", "", ""
    golive = ""
    if status == "active":
        golive = (T + timedelta(days=R.choice([R.randint(2,13)]*2 + [R.randint(18,90)]*3 + [-R.randint(30,900)]*5))).isoformat() if R.random() < .9 else ""
        if golive > T.isoformat(): signup = R.randint(20, 120)
    nm = names[i]
    a = dict(account_id=aid, account_name=nm if seg != "Internal" else f"Larkfield Demo {aid[-2:]}", segment=seg, country=R.choice(COUNTRIES), status=status,
        annual_value_usd=arr, owner_email="" if R.random() < .05 else R.choice(OWNERS), csm_email="" if R.random() < .06 else R.choice(CSMS),
        signup_date=ago(signup), go_live_date=golive, churn_date=churn, churn_reason=reason, exit_comment=exitc, do_not_contact=dnc,
        winback_status=wb, winback_last_contact=wbl, winback_tier="")
    accounts.append(a)
    dom = a["account_name"].lower().replace(" ", "") + ".example"
    by_acc[aid] = []
    for k in range(R.randint(1, 3)):
        f, l = person()
        c = dict(contact_id=f"C-{5001+len(contacts)}", account_id=aid, full_name=f"{f} {l}", email="" if R.random() < .04 else f"{f}.{l}@{dom}".lower(),
            role=["owner","store_manager","finance"][k], is_primary="yes" if k == 0 else "no", email_opt_out="yes" if R.random() < .13 else "no")
        contacts.append(c); by_acc[aid].append(c)
ACC = {a["account_id"]: a for a in accounts}
w("crm/accounts.csv", accounts); w("crm/contacts.csv", contacts)

# ---- invoices
inv = []
for a in accounts:
    if a["segment"] == "Internal": continue
    last = (T - date.fromisoformat(a["churn_date"])).days if a["churn_date"] else 5
    for k in range(2):
        d = last + 20 + 90*k
        st = "paid"
        amt = round(R.uniform(120, 1900), 2)
        if k == 0 and a["account_id"] in ("A-1088", "A-1089", "A-1090"): st, amt = "overdue", 45.5 + int(a["account_id"][-1])
        elif k == 0 and a["account_id"] in ("A-1094", "A-1095", "A-1096"): st, amt = "written_off", 840.0
        elif k == 0 and a["status"] == "churned":
            x = R.random()
            if x < .14: st = R.choice(["overdue","written_off"])
            elif x < .20: st, amt = "overdue", round(R.uniform(15, 90), 2)
        elif k == 0 and R.random() < .1: st = "open"
        inv.append(dict(invoice_id=f"INV-{30001+len(inv)}", account_id=a["account_id"], issued_on=ago(d), due_on=ago(d-30), amount_usd=amt, status=st))
w("billing/invoices.csv", inv)

# ---- orders + refund requests
live = [a["account_id"] for a in accounts if a["status"] != "churned"]
heavy = live[10:14]                    # accounts with many refunds already paid out
for h in heavy:
    if ACC[h]["segment"] == "Internal": raise SystemExit("pick other heavy accounts")
orders, rr = [], []
def req(acc, status, **kw):
    d_req = kw.get("req", R.randint(0, 12)); gap = kw.get("gap", R.choice([R.randint(2,29)]*5 + [R.randint(32,58)]*2 + [R.randint(63,140)]*2))
    dup = kw.get("dup", R.random() < .12); final = kw.get("final", R.random() < .14)
    nodel = kw.get("nodel", not final and R.random() < .08)
    total = kw.get("amt") or R.choice([round(R.uniform(25, 249), 2)]*5 + [round(R.uniform(255, 1900), 2)]*3 + [round(R.uniform(2050, 6200), 2)])
    part = total if R.random() < .75 else round(total * .5, 2)
    oid = f"SO-{70001+len(orders)}"
    orders.append(dict(order_id=oid, account_id=acc, order_date=ago(d_req + gap + R.randint(2, 9)), delivered_on="" if nodel else ago(d_req + gap),
        item=R.choice(["Receipt printer RP2","Cash drawer CD1","Terminal T4","Handheld H1","Label scanner LS3","Counter stand"]), total_usd=total,
        final_sale="yes" if final else "no", payment_method=R.choice(["card","card","bank_transfer"])))
    msg = kw.get("msg") or R.choice(texts.REFUND[:3] + texts.REFUND[4:8])[0]
    if dup and "msg" not in kw: msg = texts.REFUND[3][0]
    c = R.choice(by_acc[acc])
    rr.append(dict(request_id="", account_id=acc, contact_id=c["contact_id"], order_id=oid, requested_on=ago(d_req), amount_usd=part,
        reason="duplicate_charge" if dup else R.choice(["damaged","changed_mind","late_delivery","not_as_described","other"]),
        customer_message=msg, status=status, decision={"approved":"approve","paid_out":"approve","declined":"decline"}.get(status, ""),
        paid_out_on=ago(max(0, d_req - R.randint(3, 9))) if status == "paid_out" else ""))
large = [x for x in live if ACC[x]["segment"] == "Large"]
demo = [x for x in live if ACC[x]["segment"] == "Internal"]
for h in heavy[:3]:
    for k in range(3): req(h, "paid_out", req=R.randint(30, 330))
for k in range(3): req(heavy[3], "paid_out", req=[500, 450, 100][k])   # only one within 12 months
for k in range(18): req(R.choice(live[16:]), "paid_out", req=R.randint(20, 340))
for k in range(7): req(R.choice(live), "approved", req=R.randint(3, 20))
for k in range(8): req(R.choice(live), "declined", req=R.randint(6, 80))
for k in range(6): req(R.choice(live), "withdrawn", req=R.randint(2, 40))
for h in heavy: req(h, "open", gap=12, amt=120.5, dup=False, final=False, nodel=False)
req(heavy[0], "open", dup=True, final=False)
for k in range(3): req(large[k], "open", gap=75 + k, dup=False, final=False, nodel=False)
req(large[3], "open", final=True, dup=False)
for x in demo: req(x, "open")
for m in texts.REFUND[8:]: req(R.choice(live[16:]), "open", msg=m[0], dup=False)
req(live[20], "open", msg=texts.REFUND[9][0], dup=True)
for k in range(2): req(R.choice(live[16:]), "open", gap=90, dup=True, amt=640.0 + k, final=False)
req(live[22], "open", msg=texts.REFUND[8][0], dup=True); req(heavy[1], "open", dup=True, final=False)
for k in range(4): req(live[24+k], "open", gap=20+k, amt=8400.0 - 900*k, dup=False, final=False, nodel=False)
for k in range(2): req(live[30+k], "open", dup=False, final=False, nodel=True)
for k in range(42): req(R.choice(live[16:]), "open")
rr.sort(key=lambda r: (r["requested_on"], r["order_id"]))
for i, r in enumerate(rr): r["request_id"] = f"RF-{2201+i}"
w("billing/orders.csv", orders); w("billing/refund_requests.csv", rr)

# ---- products, devices, claims
products = [dict(sku=s, product_name=n, family=f, list_price_usd=p, repairable=r) for s, n, f, p, r in [
 ("T4-BLK","Terminal T4","Terminals",899,"yes"),("T4-MINI","Terminal T4 Mini","Terminals",549,"yes"),("T2-OLD","Terminal T2","Terminals",699,"no"),
 ("RP2","Receipt printer RP2","Printers",249,"yes"),("RP1","Receipt printer RP1","Printers",179,"no"),
 ("H1","Handheld H1","Handhelds",429,"yes"),("LS3","Label scanner LS3","Scanners",139,"no"),("CR1","Card reader CR1","Scanners",79,"no")]]
w("service/products.csv", products)
devices = []
for i in range(120):
    acc = R.choice([x for x in live if ACC[x]["segment"] != "Internal"])
    ship = R.choice([R.randint(60, 640)]*3 + [R.randint(780, 1100)])
    plan = pick(("standard",72),("care_plus",28))
    yrs = 730 if plan == "standard" else 1095
    devices.append(dict(serial_number=f"LF{R.randint(100000,999999)}{i:03d}", sku=R.choice(products)["sku"], account_id=acc, shipped_on=ago(ship),
        warranty_plan=plan, warranty_end="" if R.random() < .1 else ago(ship - yrs)))
claims = []
def claim(dev, status, t=None, serial=None, end_gap=None, photos=None, dup="", no_contact=False, filed=None):
    t = t or R.choice(texts.CLAIM[:10]); filed = R.randint(1, 25) if filed is None else filed
    if end_gap is not None: dev["warranty_end"] = ago(filed + end_gap)   # warranty ended end_gap days before filing
    claims.append(dict(claim_id="", serial_number=serial if serial is not None else dev["serial_number"], account_id=dev["account_id"],
        contact_id="" if no_contact else R.choice(by_acc[dev["account_id"]])["contact_id"], filed_on=ago(filed), fault_type=t[2], fault_description=t[0],
        photos_attached=photos or pick(("yes",84),("no",16)), status=status, duplicate_of=dup,
        assigned_to_email="" if R.random() < .07 else R.choice(TECHS), triage="", resolution=""))
D = iter(devices)
for t in texts.CLAIM[10:]: claim(next(D), "new", t)
claim(next(D), "new", texts.CLAIM[11], end_gap=200); claim(next(D), "waiting_for_info", texts.CLAIM[13], photos="no")
for s in ("", "LF00000", "unknown", "T4-118822", ""): claim(next(D), R.choice(["new","waiting_for_info"]), serial=s)
big = [d for d in devices if ACC[d["account_id"]]["segment"] == "Large"][-6:]
for k, d in enumerate(big): d["warranty_plan"] = "standard"; claim(d, "new", texts.CLAIM[k], end_gap=[25, 40, 52, 30, 75, 90][k], photos="yes")
small = [d for d in devices[40:] if ACC[d["account_id"]]["segment"] != "Large"]
for k in range(4): claim(small[k], "new", texts.CLAIM[k+2], end_gap=[20, 45, 8, 11][k], photos="yes")
for k in range(4): small[5+k]["warranty_plan"] = ["care_plus","care_plus","standard","standard"][k]; claim(small[5+k], "new", texts.CLAIM[8 + k % 2], end_gap=-200, photos="yes")
for k in range(3):                                   # units with three claims
    d = small[12+k]; claim(d, "closed", texts.CLAIM[0], filed=300+k, end_gap=-600); claim(d, "closed", texts.CLAIM[2], filed=150+k, end_gap=-450)
    claim(d, "new", texts.CLAIM[0], filed=5+k, end_gap=-300, photos="yes")
for k in range(4): d = small[20+k]; d["warranty_end"] = ""; d["shipped_on"] = ago([400, 500, 900, 950][k]); claim(d, "new", texts.CLAIM[k], photos="yes")
used = {c["serial_number"] for c in claims}
free = [d for d in devices if d["serial_number"] not in used]; R.shuffle(free)
for d in free[:42]: claim(d, pick(("new",65),("waiting_for_info",35)), no_contact=R.random() < .12)
for d in free[42:60]: claim(d, R.choice(["closed","in_repair"]), filed=R.randint(15, 200))
claims.sort(key=lambda c: (c["filed_on"], c["serial_number"], c["fault_description"]))
for i, c in enumerate(claims): c["claim_id"] = f"WC-{4101+i}"
live_c = [c for c in claims if c["status"] == "new" and c["serial_number"] in {d["serial_number"] for d in free}]
for c in live_c[3:18:4]:                             # the same customer filed it again
    d = dict(c); d["claim_id"] = f"WC-{4101+len(claims)}"; d["duplicate_of"] = c["claim_id"]; d["filed_on"] = ago(1); claims.append(d)
w("service/devices.csv", devices); w("service/warranty_claims.csv", claims)

# ---- leads, activities
leads, acts = [], []
for i in range(110):
    f, l = person(); comp = names[150+i]; status = pick(("new",45),("contacted",30),("qualified",9),("disqualified",9),("converted",7))
    age = R.choice([R.randint(0,6)]*2 + [R.randint(7,45)]*3)
    src = pick(("web_form",50),("webinar",15),("trade_show",12),("referral",10),("partner",13))
    shops = R.choice([1,1,1,1,2,2,2,3,4,6,8,9,12,25,40,"",""])
    country = R.choice(COUNTRIES*3 + ["Brazil","Japan","South Africa"])
    msg = R.choice(texts.LEAD[:6]*3 + texts.LEAD[6:])[0]
    acc = R.choice(live) if R.random() < .1 else (R.choice([a["account_id"] for a in accounts if a["status"]=="churned"]) if R.random() < .05 else "")
    ignored = i in (4, 9, 14, 19, 24, 29, 34, 39)
    if ignored: status, age, acc, country = "contacted", R.randint(30, 45), "", R.choice(COUNTRIES)
    if i in (4, 14): shops = 15
    if i in (9, 19): src = "webinar"
    if i in (2, 7, 12): status, shops, acc, age, country = "new", 18, "", 5, "Germany"
    if i in (3, 8): shops, status, country, acc = 30, "new", ["Brazil","Japan"][i == 8], ""
    lid = f"L-{8001+i}"
    leads.append(dict(lead_id=lid, full_name=f"{f} {l}", company=comp, email="" if R.random() < .04 else f"{f}.{l}@{comp.lower().replace(' ','')}.example".lower(),
        country=country, source=src, number_of_shops=shops, message=msg, created_on=ago(age), status=status,
        owner_email="" if R.random() < .1 else R.choice(OWNERS), account_id=acc, priority="", next_step=""))
    n = 0 if status == "new" else R.randint(1, 3)
    if status == "new" and age > 4 and R.random() < .15: n = 1
    if ignored: n = R.randint(4, 6)
    replied = (not ignored and status != "new" and R.random() < .5) or i in (34, 39)
    for k in range(n):
        acts.append(dict(activity_id="", lead_id=lid, activity_type=R.choice(["email","email","call"]), direction="outbound", activity_date=ago(R.randint(0, age)), logged_by=R.choice(OWNERS)))
    if replied:
        acts.append(dict(activity_id="", lead_id=lid, activity_type=R.choice(["email","call"]), direction="inbound", activity_date=ago(R.randint(0, age)), logged_by=R.choice(OWNERS)))
acts.sort(key=lambda a: (a["activity_date"], a["lead_id"], a["direction"]))
for i, a in enumerate(acts): a["activity_id"] = f"ACT-{60001+i}"
w("crm/leads.csv", leads); w("crm/lead_activities.csv", acts)

# ---- training
courses = [dict(course_id=c, title=t, format=f, mandatory=m) for c, t, f, m in [
 ("TR-01","Till basics","live","yes"),("TR-02","Refunds and returns at the till","self_paced","yes"),("TR-03","Stock counting","live","no"),
 ("TR-04","Card payments and security","self_paced","yes"),("TR-05","Reports for store managers","self_paced","no"),("TR-06","Admin certification","live","yes")]]
w("lms/courses.csv", courses)
learners, enr = [], []
la = R.sample([a["account_id"] for a in accounts if a["status"]=="active" and a["segment"]!="Internal"], 26) + R.sample([a["account_id"] for a in accounts if a["status"]!="active"], 4)
for i in range(90):
    acc = R.choice(la); f, l = person(); dom = ACC[acc]["account_name"].lower().replace(" ","") + ".example"; mf, ml = person()
    learners.append(dict(learner_id=f"U-{301+i}", full_name=f"{f} {l}", email="" if R.random()<.03 else f"{f}.{l}@{dom}".lower(), account_id=acc,
        job_title=R.choice(["Cashier","Shift lead","Store manager","Back office"]), manager_email="" if R.random()<.08 else f"{mf}.{ml}@{dom}".lower(),
        left_company="yes" if R.random()<.07 else "no", note=R.choice(texts.LEARNER)[0]))
seen = set()
for i in range(140):
    lr = learners[i] if i < 90 else R.choice(learners); c = R.choice(courses)
    status = pick(("active",76),("completed",15),("cancelled",9)); enrolled = R.randint(15, 110)
    live_f = c["format"] == "live"
    due = R.choice([-R.randint(3,40)]*4 + [R.randint(1,14)]*3 + [R.randint(15,30)]*2 + [R.randint(31,60)]*2)   # days late
    enrolled = max(enrolled, due + 20)
    while (lr["learner_id"], c["course_id"]) in seen: lr, c = R.choice(learners), R.choice(courses); live_f = c["format"] == "live"
    seen.add((lr["learner_id"], c["course_id"]))
    g = ACC[lr["account_id"]]["go_live_date"]; forced = T.isoformat() < g <= ago(-13) and c["mandatory"] == "yes" and i % 2 == 0
    missed = pick((0,40),(1,30),(2,17),(3,9),(4,4)) if live_f else 0
    prog = 100 if status == "completed" else R.choice([0,0,10,20,35,50,60,75,80,92,95])
    if forced: due, status, prog = R.randint(3, 28), "active", R.choice([40, 94])
    enr.append(dict(enrolment_id=f"E-{9001+i}", learner_id=lr["learner_id"], course_id=c["course_id"], enrolled_on=ago(enrolled),
        due_date="" if R.random() < (.3 if live_f else .05) and not forced else ago(due), sessions_missed="" if not live_f and R.random()<.5 else missed, progress_pct=prog,
        status=status, completed_on=ago(R.randint(1, 14)) if status=="completed" else "", follow_up=""))
w("lms/learners.csv", learners); w("lms/enrolments.csv", enr)
