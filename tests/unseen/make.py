"""Makes the CSV tables. Run: python3 make.py. Today is 2026-11-16."""
import csv, os, random
from datetime import date, timedelta as td, datetime
R = random.Random(4711)
T = date(2026, 11, 16)
HERE = os.path.dirname(os.path.abspath(__file__))
def w(path, rows):
    p = os.path.join(HERE, "data", path + ".csv"); os.makedirs(os.path.dirname(p), exist_ok=True)
    with open(p, "w", newline="") as f:
        o = csv.DictWriter(f, list(rows[0])); o.writeheader(); o.writerows(rows)
    print(path, len(rows))
d = lambda n: (T + td(n)).isoformat()
def ts(n): return f"{d(n)}T{R.randint(6,20):02d}:{R.randint(0,59):02d}:00Z"
def may(v, p): return "" if R.random() < p else v
C = R.choice
FIRST = "Ana Ben Chloe Diego Elif Farah George Hana Ivo Jaya Kofi Lena Marcus Nadia Oskar Paula Quentin Rosa Samir Tess Uma Viktor Wanda Xavier Yusuf Zoe Aidan Bianca Cyrus Dora Emil Freya".split()
LAST = "Abbott Bauer Castillo Dlamini Eriksen Fontaine Gruber Haddad Ito Jansen Kowalski Lindqvist Moreau Nakamura Okafor Petrov Quinn Rossi Sato Tanaka Ueda Varga Weber Xu Yilmaz Zhang Byrne Costa".split()
ADJ = "Northgate Harbor Summit Cobalt Juniper Redwood Atlas Meridian Pinecrest Silverline Beacon Tidal Orchard Granite Lantern Willow Falcon Copper Evergreen Prairie".split()
NOUN = "Logistics Health Foods Robotics Media Insurance Textiles Energy Analytics Retail Schools Travel Pharma Studios Bank".split()
REG = ["EMEA", "AMER", "APAC"]
def names(n):
    s = set(); out = []
    while len(out) < n:
        x = (C(FIRST), C(LAST))
        if x not in s: s.add(x); out.append(x)
    return out

# staff
roles = ["Regional Sales Lead"]*3 + ["CS Manager"]*3 + ["Renewals Manager"]*3 + ["Executive"]*5 + ["CSM"]*12 + ["Account Executive"]*14 + ["Support Engineer"]*12 + ["AR Specialist"]*3 + ["Growth Marketer"]*5
staff = []
for i, ((f, l), ro) in enumerate(zip(names(60), roles)):
    staff.append(dict(employee_id=f"E{100+i}", full_name=f"{f} {l}", email=f"{f}.{l}@brightloom.io".lower(), role=ro, region="" if ro=="Executive" else REG[i % 3], active="yes" if i < 14 or R.random() > .08 else "no", out_of_office_until=may(d(R.randint(1, 14)), .9)))
w("crm/team_members", staff)
by = lambda ro: [s["email"] for s in staff if s["role"] == ro]
CSM, AE, EX = by("CSM"), by("Account Executive"), by("Executive")

# accounts
combos = [f"{a} {n}" for a in ADJ for n in NOUN]; R.shuffle(combos)
acc = []
for i in range(96):
    st = "customer" if i < 76 else ("churned" if i < 84 else "prospect")
    tier = "" if st != "customer" else ("Strategic" if i < 24 else C(["Mid-Market", "Mid-Market", "SMB", "SMB", "Education"]))
    arr = 0 if st == "prospect" else {"Strategic": R.randint(60, 420)*1000, "Mid-Market": R.randint(18, 75)*1000, "SMB": R.randint(2, 18)*1000, "Education": R.randint(1, 9)*1000, "": R.randint(4, 40)*1000}[tier]
    acc.append(dict(account_id=f"ACC-{1001+i}", account_name=combos[i], lifecycle_stage=st, segment=tier, region=C(REG), industry=may(combos[i].split()[1], .1), employee_count=may(C([12, 35, 60, 140, 220, 400, 900, 2500, 8000]), .08), arr_usd=arr if R.random() > .03 else "", renewal_date="" if st != "customer" else d(C([R.randint(5, 100), R.randint(20, 350), R.randint(90, 350)])), health=may(C(["green", "green", "green", "yellow", "yellow", "red"]), .08) if st == "customer" else "", csm_email=may(C(CSM), .07) if st == "customer" else "", ae_email=may(C(AE), .04), collections_status=C(["", "", "", "none", "reminded"]) if st == "customer" else "", qbr_rating="", notes=may(C(["Merged with sister company in spring", "Prefers calls over email", "New CIO since August", "Procurement is slow, allow extra weeks", "Legal review needed for any amendment", "Very friendly sponsor"]), .6)))
w("crm/accounts", acc)
cust = [a for a in acc if a["lifecycle_stage"] == "customer"]
strat = [a for a in cust if a["segment"] == "Strategic"]
dom = lambda a: a["account_name"].lower().replace(" ", "") + ".com"

# contacts
con = []; k = 0
for a in acc:
    for j in range(2 if R.random() > .25 else 3):
        if len(con) >= 200: break
        f, l = C(FIRST), C(LAST); k += 1
        con.append(dict(contact_id=f"CON-{5000+k}", account_id=a["account_id"], full_name=f"{f} {l}", email=may(f"{f}.{l}@{dom(a)}".lower(), .03), job_title=C(["IT Director", "Head of Ops", "Finance Manager", "Team Lead", "VP Engineering", "Office Manager"]), contact_role="primary" if j == 0 else C(["billing", "billing", "user", "admin"]), email_opt_out="true" if R.random() < .08 else "false", last_contacted_on=may(d(-R.randint(1, 200)), .15)))
w("crm/contacts", con)

# opportunities
opp = []
for i in range(120):
    a = C(acc if i > 20 else [x for x in acc if x["lifecycle_stage"] == "prospect"])
    ty = "new business" if a["lifecycle_stage"] == "prospect" else C(["renewal", "renewal", "expansion"])
    sg = C(["Discovery", "Proposal", "Negotiation", "Closed Won", "Closed Lost"])
    cl = sg.startswith("Closed")
    opp.append(dict(opportunity_id=f"OPP-{300+i}", account_id=a["account_id"], opportunity_name=f"{a['account_name']} - {ty}", opportunity_type=ty, stage=sg, amount_usd=may(R.randint(2, 120)*1000, .05), close_date=d(-R.randint(3, 200) if cl else R.randint(5, 120)), owner_email=a["ae_email"], next_step=may(C(["Send revised quote", "Waiting on procurement", "Demo for security team", "Intro to CFO"]), .35)))
w("crm/opportunities", opp)

# activities
ACT = ["Good call, they want to roll out to two more teams next year and asked about SSO.", "Sponsor sounded tired of the outages; said the board is asking whether we're worth it.", "Short check-in, nothing new.", "They mentioned a hiring freeze and possible layoffs. Budget will be tight.", "Finance told us they are restructuring their debt and can't say when suppliers get paid.", "Customer has entered administration according to their ops lead; waiting for a letter.", "Excited about the new reporting module, would like a demo.", "New VP is an ex-customer of a competitor and keeps comparing us.", "Left voicemail.", "Invoice was sent to the wrong entity they say, will pay once reissued.", "Loves the support team. Wants to speak at our conference.", "Main champion is leaving at the end of the month.", "Asked for roadmap on mobile app; cares most about offline mode."]
act = []
for i in range(170):
    a = C(strat) if R.random() < .45 else C(cust)
    act.append(dict(activity_id=f"ACT-{9000+i}", account_id=a["account_id"], activity_type=C(["call", "call", "meeting", "email"]), activity_date=d(-R.randint(0, 120)), logged_by=a["csm_email"] or C(CSM), notes=may(C(ACT), .06)))
w("crm/activities", act)

# tickets
SUBJ = {"bug": [("Export fails", "CSV export times out with more than 10k rows."), ("Dashboard blank", "Since Tuesday the dashboard is blank for all of our users.")], "how-to": [("How to share a board", "Could you tell me how to share a board with guests?"), ("Change logo", "Where do I change the company logo?")], "account": [("Need more licences", "We have six new starters on Monday and have run out of licences, can we add some?"), ("Adding a department", "We're bringing the marketing department on board, what would 20 more users cost?"), ("Remove user", "Please deactivate a leaver.")], "billing": [("Question on invoice", "The PO number is missing on our last invoice."), ("Cancel?", "What notice do we need to give if we don't want to renew?")]}
tic = []
for i in range(200):
    a = C(strat) if R.random() < .5 else C(cust); cat = C(list(SUBJ)); s, b = C(SUBJ[cat])
    o = R.randint(1, 150); st = C(["open", "pending", "solved", "closed"]) if o < 45 else C(["solved", "closed", "closed", "closed", "open"])
    dn = st in ("solved", "closed")
    tic.append(dict(ticket_id=70000+i, account_id=a["account_id"] if R.random() > .03 else "", requester_email=f"{C(FIRST)}.{C(LAST)}@{dom(a)}".lower(), created_at=ts(-o), solved_at=ts(-R.randint(0, o - 1)) if dn else "", status=st, priority=may(C(["low", "normal", "normal", "normal", "high", "high", "urgent"] if dn or a["account_id"] < "ACC-1030" else ["low", "normal", "high"]), .05), category=cat, subject=s, description=b, assignee_email=may(C(by("Support Engineer")), .1), csat_score=may(R.randint(1, 5), .6) if dn else ""))
w("support/tickets", tic)

# billing
sub = []
for i, a in enumerate(cust):
    seats = C([10, 20, 25, 40, 50, 80, 100, 150, 250])
    sub.append(dict(subscription_id=f"SUB-{400+i}", account_id=a["account_id"], plan_name=C(["Team", "Business", "Business", "Enterprise", "Enterprise Unlimited"]) if R.random() < .6 else "Business", seats_purchased=seats, monthly_price_per_seat_usd=C([15, 18, 24, 32, 45]), start_date=d(-R.randint(100, 900)), term_end_date=a["renewal_date"], overage_allowed=C(["no", "no", "no", "no", "yes", ""]), auto_renew=C(["yes", "no"])))
w("billing/subscriptions", sub)
inv = []
for i in range(190):
    a = C(cust); amt = round(C([R.uniform(60, 900), R.uniform(900, 9000), R.uniform(5000, 70000)]), 2)
    late = C([R.randint(-30, 0), R.randint(1, 14), R.randint(15, 45), R.randint(31, 45), R.randint(46, 110)])
    st = C(["open", "open", "open", "partially_paid", "paid", "void", "written_off"])
    paid = {"open": 0, "paid": amt, "void": 0, "written_off": 0, "partially_paid": round(amt*R.uniform(.2, .97), 2)}[st]
    n = R.randint(0, 4) if late > 0 else 0
    inv.append(dict(invoice_number=f"INV-{26000+i}", account_id=a["account_id"], issue_date=d(-late-30), due_date=d(-late), currency="USD", total_amount=amt, amount_paid=paid, status=st, payment_method=may(C(["bank transfer", "card", "check"]), .1), po_number=may(f"PO{R.randint(10000,99999)}", .4), reminder_count=n, last_reminder_date=d(-R.randint(1, min(late, 25))) if n else ""))
w("billing/invoices", inv)
odue = [x for x in inv if x["due_date"] < T.isoformat() and x["status"] in ("open", "partially_paid")]
dis = []
for i in range(60):
    x = C(odue) if i < 18 else C(inv)
    st = C(["open", "under_review", "resolved"]) if i < 18 else "resolved"
    o = R.randint(2, 60)
    dis.append(dict(dispute_id=f"DSP-{i+1:03d}", invoice_number=x["invoice_number"], opened_on=d(-o), status=st, resolved_on=d(-R.randint(0, o)) if st == "resolved" else "", reason=C(["wrong seat count", "duplicate invoice", "service credit missing", "PO missing", "price differs from quote"]), raised_by=may(f"{C(FIRST)} {C(LAST)}", .2)))
w("billing/disputes", dis)
pro = []
for i in range(64):
    x = C(odue) if i < 45 else C(inv); m = R.randint(1, 40); p = -m + R.randint(5, 35)
    pro.append(dict(promise_id=f"PTP-{i+1:03d}", invoice_number=x["invoice_number"], recorded_on=d(-m), promised_payment_date=may(d(p), .04), promised_amount=may(round(x["total_amount"]-x["amount_paid"], 2), .1), note=may(C(["AP run on Friday", "Will pay when director is back", "Said 'next week some time'", "Splitting in two payments"]), .3)))
w("billing/promises_to_pay", pro)

# product
pros = [a for a in acc if a["lifecycle_stage"] == "prospect"]
FB = ["Really like the templates.", "Could we get another week? My boss only comes back on the 25th.", "Too expensive for us I think", "Didn't find time to set things up yet, would be great to have a bit longer", "Looks good, waiting for budget approval", "Integration with Jira kept failing", "When does this end and will my data be deleted?"]
tri = []
for i in range(150):
    a = C(pros) if R.random() < .2 else None
    co = a["account_name"] if a else combos[100+i]
    f, l = C(FIRST), C(LAST); em = f"{f}.{l}@{co.lower().replace(' ','')}.com".lower()
    if R.random() < .04: em = f"{f}.{l}@brightloom.io".lower()
    if R.random() < .03: co += " TEST"
    e = C([R.randint(0, 7), R.randint(0, 7), R.randint(-3, -1), R.randint(-40, -4), R.randint(8, 28)])
    st = "active" if e >= 0 else C(["expired", "expired", "converted"])
    if e >= 0 and R.random() < .1: st = C(["converted", "cancelled"])
    hot = R.random() < .35; nul = R.random() < .08
    ex = "yes" if R.random() < .12 else "no"; seg = C([12, 35, 60, 140, 199, 200, 400, 900])
    oc = R.random() < .2
    tri.append(dict(trial_id=f"TR-{i+2001}", company_name=co, account_id=a["account_id"] if a else "", contact_name=f"{f} {l}", contact_email=em, channel=C(["self-serve", "self-serve", "self-serve", "self-serve", "sales-assisted"]), region=may(C(REG), .05), company_size=may(seg, .1), started_on=d(e-(28 if ex == "yes" else 14)), ends_on=d(e), trial_status=st, extended=ex, active_users="" if nul else (R.randint(5, 22) if hot else R.randint(0, 6)), projects_created="" if nul else R.randint(0, 7), integrations_connected="" if nul else (R.randint(1, 4) if hot else R.randint(0, 1)), last_login_at="" if nul else ts(-(R.randint(0, 4) if hot else R.randint(0, 14))), unsubscribed="true" if R.random() < .07 else "false", last_outreach_type=C(["ending", "need_a_hand"]) if oc else "", last_outreach_on=d(-R.randint(1, 12)) if oc else "", feedback=may(C(FB), .55)))
w("product/trials", tri)
use = []
for a, s in list(zip(cust, sub))[:66]:
    p = s["seats_purchased"]; base = C([.6, .85, .92, .97, 1.05, 1.1, 1.25, 1.4]); dr = C([1, 1, .97, .93, .85, 1.05]); act_ = .8
    for m, mo in enumerate(["2026-09", "2026-10", "2026-11"]):
        asg = round(p*(base + .03*m*C([-1, 1, 1])))
        use.append(dict(account_id=a["account_id"], usage_month=mo, seats_assigned=asg, active_users=may(round(asg*act_*dr**m), .03), api_calls=R.randint(0, 90000), avg_sessions_per_user=may(round(R.uniform(1, 20), 1), .05)))
w("product/seat_usage", use)

# surveys
R.seed(4)
NC = {0: ["Nobody answered my ticket for two weeks.", "Honestly we're looking at Quillboard for next year.", "The outages in September hurt us badly. If that happens again we're gone.", "Price went up and I don't see why.", "Too slow.", "Confusing navigation, our new people hate it.", "It does half of what was promised in the sales meetings. Our contract is up in spring and I doubt we'll stay."], 1: ["Fine overall.", "Good but mobile is weak"], 2: ["Love it", "Support is great!", "Saves us hours every week"]}
cc = [c for c in con if c["account_id"] <= "ACC-1084"]
nps = []; pool = R.sample(cc, 30)
for i in range(150):
    c = C(pool) if R.random() < .3 else C(cc); s = C([0, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9, 9, 10]); b = 0 if s <= 6 else (1 if s <= 8 else 2); ago = C([R.randint(0, 30), R.randint(0, 30), R.randint(0, 120)])
    fs = C(["", "open", "open", "open", "assigned", "done"]) if s <= 6 else ""
    nps.append(dict(response_id=f"NPS-{i+1:04d}", account_id=c["account_id"], contact_id=c["contact_id"], score=s, comment=may(C(NC[b]), .3), submitted_at=ts(-ago), survey_wave="2026-Q4" if ago < 47 else "2026-Q3", follow_up_status=fs, follow_up_owner=C(CSM) if fs in ("assigned", "done") else ""))
w("surveys/nps_responses", nps)

# sheets
qbr = []
for i, a in enumerate(cust[:62]):
    nx = C([R.randint(2, 21), R.randint(2, 21), R.randint(22, 80), None]); la = -R.randint(20, 200)
    qbr.append(dict(account_id=a["account_id"], account_name=a["account_name"], last_qbr_date=may(d(la), .08), next_qbr_date=d(nx) if nx else "", exec_sponsor_email=may(C(EX), .2), deck_status=C(["not started", "not started", "draft", "final"]) if nx else "", format=C(["onsite", "video"]), comments=may(C(["customer asked for roadmap session", "bring security lead", "moved once already"]), .7)))
w("sheets/qbr_calendar", qbr)
w("sheets/extension_requests", [dict(trial_id=f"TR-{R.randint(1200,2000)}", company_name=C(combos[250:]), requested_on=d(-R.randint(5, 120)), days_requested=may(C([7, 14]), .3), decision=C(["approved", "approved", "declined"]), decided_by=C(by("Growth Marketer"))) for _ in range(60)])
w("sheets/upsell_watchlist", [dict(account_id=a["account_id"], account_name=a["account_name"], added_on=d(-R.randint(20, 160)), utilization_pct=R.randint(88, 130), level=C(["nearly full", "over", "act now"]), added_by=C(AE), outcome=may(C(["upsold", "no interest", "waiting", "seats cleaned up"]), .25)) for a in R.choices(cust, k=62)])
