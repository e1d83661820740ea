"""What a careful person following each SOP would decide. As-of 2026-11-20. python3 truth.py"""
import csv, pathlib
from datetime import date, timedelta
from collections import Counter
T = date(2026, 11, 20); H = pathlib.Path(__file__).parent
def load(p): return list(csv.DictReader(open(H / "data" / f"{p}.csv", newline="")))
def day(s): return date.fromisoformat(s) if s else None
def ago(s): return (T - day(s)).days
def save(name, key, rows):
    (H / "truth").mkdir(exist_ok=True)
    with open(H / "truth" / f"{name}.csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n"); w.writerow([key, "in_scope", "level"])
        for k, l in rows: w.writerow([k, "yes" if l else "no", l or ""])
    n = sum(1 for _, l in rows if l)
    print(f"{name}: rows {len(rows)} in {n} ({n/len(rows):.0%})", dict(Counter(l for _, l in rows if l)))
acc = {a["account_id"]: a for a in load("crm/accounts")}
contacts = load("crm/contacts"); ctr = load("billing/contracts")
active = {c["account_id"]: c for c in ctr if c["status"] == "active"}
assert len(active) == sum(c["status"] == "active" for c in ctr)
# 1
trials = {t["trial_id"]: t for t in load("trials/trials")}; logins = load("trials/logins")
def trial(r):
    t = trials[r["trial_id"]]
    if r["status"] != "new" or t["contact_email"].endswith("@brightlane.com") or ago(t["ends_on"]) > 10: return None
    size = int(t["employees"] or 0)
    if t["extended_before"] == "yes": return "Ask Manager" if size >= 200 else "Decline"
    if r["reason"] == "procurement" and size >= 50: return "Full"
    n = sum(l["trial_id"] == t["trial_id"] and l["result"] == "success" and ago(l["login_on"]) <= 14 for l in logins)
    return "Full" if n >= 3 else "Short" if n else "Decline"
save("trial-extensions", "request_id", [(r["request_id"], trial(r)) for r in load("trials/extension_requests")])
# 2
outages = load("reliability/outages"); BANDS = ["None", "Small", "Medium", "Large"]
def sla(r):
    c = active.get(r["account_id"])
    if r["month"] != "2026-10" or not c or c["plan"] not in ("Business", "Enterprise") or c["start_date"].startswith("2026-10"): return None
    if not r["uptime_pct"]: return "Check"
    u = float(r["uptime_pct"]); b = 0 if u >= 99.9 else 1 if u >= 99.5 else 2 if u >= 99 else 3
    o = [x for x in outages if x["account_id"] == r["account_id"] and x["started_on"][:7] == "2026-10" and x["cause"] != "customer side"]
    un = [x for x in o if x["cause"] != "planned maintenance"]
    if o and not un: b = 0
    elif len(un) >= 3: b = min(3, b + 1)
    return BANDS[b]
save("sla-credits", "report_id", [(r["report_id"], sla(r)) for r in load("reliability/uptime_report")])
# 3
jcs = load("crm/job_changes"); cby = {c["contact_id"]: c for c in contacts}; KEY = ("Champion", "Economic buyer")
def change(r):
    a, c = acc[r["account_id"]], cby[r["contact_id"]]
    if r["handled_on"] or c["role"] not in KEY or a["status"] != "active" or r["change"] == "on leave": return None
    if a["arr"] and float(a["arr"]) < 10000: return None
    same = [x for x in jcs if x["contact_id"] == r["contact_id"] and not x["handled_on"]]
    assert len({x["detected_on"] for x in same}) == len(same), same
    if any(x["detected_on"] > r["detected_on"] for x in same): return None
    others = [x for x in contacts if x["account_id"] == a["account_id"] and x["contact_id"] != c["contact_id"] and x["status"] == "active"]
    k = active.get(a["account_id"]); end = day(k["end_date"]) if k else None
    lv = 2 if not others or (end and 0 <= (end - T).days <= 90) else 0 if any(x["role"] in KEY for x in others) else 1
    if r["change"] == "new role": lv = max(0, lv - 1)
    return ["Green", "Amber", "Red"][lv]
save("champion-change", "alert_id", [(r["alert_id"], change(r)) for r in jcs])
# 4
fb = load("helpcenter/feedback")
def article(a):
    if a["status"] != "published" or not a["locale"].startswith("en") or a["category"] in ("Legal", "Release notes"): return None
    wrong = sum(f["article_id"] == a["article_id"] and f["kind"] == "wrong" and f["resolved"] != "yes" for f in fb)
    if not wrong:
        if ago(a["published_on"]) <= 60: return None
        if a["last_reviewed_on"] and ago(a["last_reviewed_on"]) <= 180: return None
    if wrong >= 2: return "Fix now"
    if a["views_90d"] and int(a["views_90d"]) < 20: return "Refresh" if a["category"] in ("Security", "Billing") else "Retire"
    h, u = int(a["helpful_votes"]), int(a["unhelpful_votes"])
    return "Rewrite" if h + u >= 10 and h < (h + u) / 2 else "Refresh"
save("help-article-review", "article_id", [(a["article_id"], article(a)) for a in load("helpcenter/articles")])
# 5
certs = load("billing/tax_certificates"); rem = Counter(r["certificate_id"] for r in load("billing/certificate_reminders"))
inv = Counter()
for i in load("billing/invoices"):
    if i["status"] != "void" and date(2025, 11, 20) <= day(i["invoice_date"]) <= T: inv[i["account_id"]] += float(i["amount"])
def cert(c):
    if c["status"] != "on file" or not c["expires_on"] or c["certificate_type"] == "Government" or acc[c["account_id"]]["status"] != "active": return None
    n = -ago(c["expires_on"])
    if n > 60: return None
    if any(x["account_id"] == c["account_id"] and x["state"] == c["state"] and x["status"] == "on file" and x["expires_on"] > c["expires_on"] for x in certs): return None
    lv = "Charge tax" if n < -30 else "Chase" if n <= 14 else "Remind"
    if lv == "Chase" and rem[c["certificate_id"]] >= 3: lv = "Charge tax"
    if lv == "Charge tax" and inv[c["account_id"]] >= 25000: lv = "Escalate"
    return lv
save("tax-certificates", "certificate_id", [(c["certificate_id"], cert(c)) for c in certs])
