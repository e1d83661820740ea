#!/usr/bin/env python3
"""Computes truth/NAME.csv from data/ as of 2026-11-20, and checks coverage (printed)."""
import csv, os
from collections import Counter, defaultdict
from datetime import date
import texts
HERE = os.path.dirname(os.path.abspath(__file__)); T = date(2026, 11, 20)
def rd(p): return list(csv.DictReader(open(os.path.join(HERE, "data", p), encoding="utf-8")))
def idx(rows, k): return {r[k]: r for r in rows}
def D(s): return date.fromisoformat(s) if s else None
def N(s): return float(s) if s not in ("", None) else None
def out(name, key, rows):
    with open(os.path.join(HERE, "truth", name + ".csv"), "w", newline="", encoding="utf-8") as f:
        x = csv.writer(f, lineterminator="\n"); x.writerow([key, "in_scope", "level"]); x.writerows(rows)
    print("==", name, len(rows), dict(Counter(r[1] for r in rows)), dict(Counter(r[2] for r in rows if r[2])))
def show(d): print("   rule hits:", dict(d))
acc = idx(rd("crm/accounts.csv"), "account_id"); contacts = rd("crm/contacts.csv"); con = idx(contacts, "contact_id")
prim = {c["account_id"]: c for c in contacts if c["is_primary"] == "yes"}

# 1 refunds
rr = rd("billing/refund_requests.csv"); orders = idx(rd("billing/orders.csv"), "order_id")
paid = Counter(r["account_id"] for r in rr if r["status"] == "paid_out" and r["paid_out_on"] >= "2025-11-20")
rows, h = [], Counter()
for r in rr:
    a, o = acc[r["account_id"]], orders[r["order_id"]]
    if r["status"] != "open" or a["segment"] == "Internal":
        h["skip:" + (r["status"] if r["status"] != "open" else "internal")] += 1; rows.append([r["request_id"], "no", ""]); continue
    amt = N(r["amount_usd"]); dv = D(o["delivered_on"]); days = (D(r["requested_on"]) - dv).days if dv else None
    assert days is None or days >= 0
    dup = r["reason"] == "duplicate_charge"; threat = texts.flag(texts.REFUND, r["customer_message"])
    assert not (o["final_sale"] == "yes" and dv is None and not dup)
    if paid[r["account_id"]] >= 3: lv = "escalate"; h["esc:3 refunds" + (" dup" if dup else "")] += 1
    elif threat: lv = "escalate"; h["esc:threat" + (" dup" if dup else "")] += 1
    elif dup: lv = "approve"; h["app:dup"] += 1; h["app:dup, >60d or >$250"] += (days or 0) > 60 or amt > 250
    elif o["final_sale"] == "yes" or (days is not None and days > 60):
        lv = "escalate" if a["segment"] == "Large" else "decline"; h["large not declined" if a["segment"] == "Large" else "dec:final" if o["final_sale"] == "yes" else "dec:late"] += 1
    elif days is not None and amt <= 250 and days <= 30: lv = "approve"; h["app:small"] += 1
    else: lv = "escalate"; h["esc:rest" if dv else "esc:no delivery"] += 1
    h["alert >2000"] += lv == "escalate" and amt > 2000
    h["no contact email (appr/decl)"] += lv != "escalate" and not con[r["contact_id"]]["email"]
    h["no owner (esc)"] += lv == "escalate" and not a["owner_email"]
    rows.append([r["request_id"], "yes", lv])
out("refund-requests", "request_id", rows); show(h)

# 2 claims
cl = rd("service/warranty_claims.csv"); dev = idx(rd("service/devices.csv"), "serial_number"); pr = idx(rd("service/products.csv"), "sku")
cnt = Counter(c["serial_number"] for c in cl if not c["duplicate_of"])
rows, h = [], Counter()
for c in cl:
    if c["status"] not in ("new", "waiting_for_info") or c["duplicate_of"]:
        h["skip:" + ("dup" if c["duplicate_of"] else c["status"])] += 1; rows.append([c["claim_id"], "no", ""]); continue
    d = dev.get(c["serial_number"]); large = acc[c["account_id"]]["segment"] == "Large"
    if texts.flag([(t[0], t[1]) for t in texts.CLAIM], c["fault_description"]): lv = "Safety"
    elif d is None or c["photos_attached"] == "no": lv = "Ask"; h["ask:serial" if d is None else "ask:photos"] += 1
    else:
        end = D(d["warranty_end"])
        if not end:
            s = D(d["shipped_on"]); end = s.replace(year=s.year + 2); h["end from shipping"] += 1
        over = (D(c["filed_on"]) - end).days
        acc_dmg = c["fault_type"] == "accidental_damage"
        if over > (60 if large else 14): lv = "Reject"; h["rej:late"] += 1
        elif acc_dmg and d["warranty_plan"] != "care_plus": lv = "Reject"; h["rej:accident"] += 1
        else:
            lv = "Accept"; h["acc: large 15-60d"] += 14 < over <= 60; h["acc: 1-14d over"] += 0 < over <= 14; h["acc: accident care plus"] += acc_dmg
            h["resolution:replace (3+ claims)" if cnt[c["serial_number"]] >= 3 else "resolution:" + ("repair" if pr[d["sku"]]["repairable"] == "yes" else "replace")] += 1
            h["accept w/o technician"] += not c["assigned_to_email"]
    h["no contact on claim (mail)"] += lv in ("Ask", "Reject") and not c["contact_id"]
    rows.append([c["claim_id"], "yes", lv])
out("warranty-claims", "claim_id", rows); show(h)

# 3 leads
ob, ib = defaultdict(list), Counter()
for a in rd("crm/lead_activities.csv"):
    if a["direction"] == "outbound": ob[a["lead_id"]].append(a["activity_date"])
    else: ib[a["lead_id"]] += 1
rows, h = [], Counter()
for l in rd("crm/leads.csv"):
    a = acc.get(l["account_id"]); ac = a and a["status"] == "active"
    if l["status"] not in ("new", "contacted") or ac:
        h["skip:" + (l["status"] if l["status"] not in ("new", "contacted") else "active customer")] += 1; rows.append([l["lead_id"], "no", ""]); continue
    n = N(l["number_of_shops"]) or 1; k = l["lead_id"]
    base = "Hot" if n >= 10 or l["source"] == "referral" or texts.flag(texts.LEAD, l["message"]) else "Warm" if n >= 3 or l["source"] in ("webinar", "trade_show") else "Cool"
    lv = base
    if l["country"] in ("Brazil", "Japan", "South Africa"): lv = "Cool"; h["cool:country from " + base] += 1
    elif len(ob[k]) >= 4 and not ib[k]: lv = "Cool"; h["cool:4 tries from " + base] += 1
    h["4+ tries but replied"] += len(ob[k]) >= 4 and ib[k] > 0
    since = (T - D(max(ob[k]) if ob[k] else l["created_on"])).days
    due = since > {"Hot": 2, "Warm": 5, "Cool": 14}[lv]; h["due " + lv] += due
    h["slack"] += lv == "Hot" and (T - D(l["created_on"])).days > 3 and not ob[k]
    h["no owner"] += not l["owner_email"]; h["no shops"] += not l["number_of_shops"]; h["due mail, no email"] += due and lv != "Cool" and not l["email"]
    rows.append([k, "yes", lv])
out("lead-follow-up", "lead_id", rows); show(h)

# 4 winback
owe = Counter()
for i in rd("billing/invoices.csv"):
    if i["status"] in ("overdue", "written_off"): owe[i["account_id"]] += N(i["amount_usd"])
rows, h = [], Counter()
for k, a in acc.items():
    skip = None
    if a["status"] != "churned": skip = a["status"]
    elif not "2025-05-20" <= a["churn_date"] <= "2026-08-20": skip = "too soon/late"
    elif a["churn_reason"] == "closed_business": skip = "closed"
    elif a["do_not_contact"] == "yes": skip = "dnc"
    elif a["winback_last_contact"] >= "2026-05-20": skip = "contacted <6m"
    if skip: h["skip:" + skip] += 1; rows.append([k, "no", ""]); continue
    v = N(a["annual_value_usd"]); stay = (D(a["churn_date"]) - D(a["signup_date"])).days
    assert abs(stay - 1096) > 5
    three = stay >= 1096; feat = texts.flag(texts.EXIT, a["exit_comment"])
    base = "Personal" if (v or 0) >= 12000 or three else "Offer" if (v or 0) >= 2000 else "Leave"
    if owe[k] >= 100: lv = "Leave"; h["owes, was " + base + (" +feature" if feat else "")] += 1
    elif feat: lv = "Personal"; h["feature, was " + base] += 1
    else: lv = base; h["personal: 3 years only"] += three and (v or 0) < 12000; h["owes <100"] += owe[k] > 0
    h["no value"] += v is None; h["no value, 3y"] += v is None and three; h["personal w/o owner"] += lv == "Personal" and not a["owner_email"]
    h["offer opted out"] += lv == "Offer" and prim[k]["email_opt_out"] == "yes"; h["offer no email"] += lv == "Offer" and not prim[k]["email"]
    rows.append([k, "yes", lv])
out("churned-winback", "account_id", rows); show(h)

# 5 training
ler = idx(rd("lms/learners.csv"), "learner_id"); cou = idx(rd("lms/courses.csv"), "course_id"); LV = ["On track", "Nudge", "Chase", "Escalate"]
rows, h = [], Counter()
for e in rd("lms/enrolments.csv"):
    l = ler[e["learner_id"]]; a = acc[l["account_id"]]; c = cou[e["course_id"]]
    skip = e["status"] if e["status"] != "active" else "left" if l["left_company"] == "yes" else "account " + a["status"] if a["status"] != "active" else None
    if skip: h["skip:" + skip] += 1; rows.append([e["enrolment_id"], "no", ""]); continue
    m = int(N(e["sessions_missed"]) or 0); late = (T - D(e["due_date"])).days if e["due_date"] else 0
    n = max(min(m, 3), 0 if late <= 0 else 1 if late <= 14 else 2 if late <= 30 else 3); b = n
    if c["mandatory"] == "no" and n == 3: n = 2; h["optional capped"] += 1
    if N(e["progress_pct"]) >= 90 and n > 1: n = 1; h["90% capped"] += 1
    g = D(a["go_live_date"])
    if c["mandatory"] == "yes" and g and 0 <= (g - T).days <= 14 and n in (1, 2): n = 3; h["go-live raised" + (" over 90%" if N(e["progress_pct"]) >= 90 else "")] += 1
    away = texts.flag(texts.LEARNER, l["note"])
    h["away, no mail"] += away and n in (1, 2); h["no due date"] += not e["due_date"]; h["no manager (chase)"] += n == 2 and not l["manager_email"]; h["no csm (esc)"] += n == 3 and not a["csm_email"]
    h["no learner email"] += n in (1, 2) and not l["email"]
    rows.append([e["enrolment_id"], "yes", LV[n]])
out("training-no-shows", "enrolment_id", rows); show(h)
