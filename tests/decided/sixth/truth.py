"""What a careful person following each SOP would decide. As-of 2026-11-20. python3 truth.py"""
import csv, pathlib
from datetime import date
from collections import Counter
T = date(2026, 11, 20); H = pathlib.Path(__file__).parent
def load(p): return list(csv.DictReader(open(H / "data" / f"{p}.csv", newline="")))
def day(s): return date.fromisoformat(s)
def ago(s): return (T - day(s)).days
def save(name, key, rows):
    (H / "truth").mkdir(exist_ok=True)
    with open(H / "truth" / f"{name}.csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n"); w.writerow([key, "in_scope", "level"])
        for k, l in rows: w.writerow([k, "yes" if l else "no", l or ""])
    n = sum(1 for _, l in rows if l); c = Counter(l for _, l in rows if l)
    print(f"{name}: rows {len(rows)} in {n} ({n/len(rows):.0%})", dict(c))
    assert .2 <= n / len(rows) <= .8 and min(c.values()) >= 5
acc = {a["account_id"]: a for a in load("crm/accounts")}; con = {c["contact_id"]: c for c in load("crm/contacts")}
subs = load("billing/subscriptions"); tickets = load("support/tickets")
plan = {s["account_id"]: s["plan"] for s in subs if s["status"] == "active"}
assert len(plan) == sum(s["status"] == "active" for s in subs)
# 1
snaps = load("product/seat_snapshots"); STEP = ["Nudge", "Quote", "Call"]
def seats(s):
    a = acc[s["account_id"]]
    if s["status"] != "active" or s["billing_model"] != "per seat" or not s["seats_bought"] or a["status"] != "active" or ago(s["started_on"]) < 30: return None
    sn = sorted((x for x in snaps if x["subscription_id"] == s["subscription_id"] and x["used_seats"]), key=lambda x: x["taken_on"], reverse=True)
    assert len({x["taken_on"] for x in sn}) == len(sn)
    if not sn or ago(sn[0]["taken_on"]) > 14: return None
    b = int(s["seats_bought"]); over = int(sn[0]["used_seats"]) - b
    if over <= 0: return None
    if a["segment"] == "Strategic": return "Call"
    if over < 3: return "Nudge"
    lv = 0 if over * 100 <= 10 * b else 1 if over * 100 <= 30 * b else 2
    if len(sn) >= 3 and all(int(x["used_seats"]) > b for x in sn[:3]): lv = min(2, lv + 1)
    return STEP[lv]
save("seat-overage", "subscription_id", [(s["subscription_id"], seats(s)) for s in subs])
# 2
nps = load("surveys/nps_responses")
def survey(r):
    if ago(r["responded_on"]) > 30 or r["followed_up_on"] or not r["contact_id"] or not r["score"]: return None
    a, c = acc[r["account_id"]], con[r["contact_id"]]
    if a["status"] != "active" or c["status"] == "left" or c["email_opt_out"] == "yes": return None
    mine = [x for x in nps if x["contact_id"] == r["contact_id"] and x is not r]
    assert all(x["responded_on"] != r["responded_on"] for x in mine) and all(x["score"] for x in mine if x["responded_on"] > r["responded_on"])
    if any(x["responded_on"] > r["responded_on"] for x in mine): return None
    s = int(r["score"])
    if s >= 9:
        bad = any(t["account_id"] == r["account_id"] and t["status"] not in ("solved", "closed") and t["priority"] in ("high", "urgent") for t in tickets)
        return "Written reply" if bad else "Thank you"
    if s >= 7: return "Written reply" if r["comment"] else None
    if s <= 4 and c["role"] == "Executive sponsor": return "Director"
    who = {x["contact_id"] for x in nps if x["account_id"] == r["account_id"] and x["contact_id"] and x["score"] and int(x["score"]) <= 6 and ago(x["responded_on"]) <= 90}
    return "Phone call" if len(who) >= 2 or float(a["arr"] or 0) >= 20000 else "Written reply"
save("nps-follow-up", "response_id", [(r["response_id"], survey(r)) for r in nps])
# 3
charges = load("billing/charges"); cby = {c["charge_id"]: c for c in charges}; refs = load("billing/refund_requests")
TABLE = {"duplicate charge": ("Approve", "Approve", "Ask Finance"), "product problem": ("Approve", "Partial", "Ask Finance"),
         "forgot to cancel": ("Approve", "Partial", "Decline"), "": ("Partial", "Decline", "Decline")}
def refund(r):
    c = cby[r["charge_id"]]; assert c["account_id"] == r["account_id"]
    if r["status"] != "open" or c["status"] != "settled": return None
    same = [x for x in refs if x["charge_id"] == r["charge_id"] and x["status"] == "open" and x is not r]
    assert all(x["requested_on"] != r["requested_on"] for x in same)
    if any(x["requested_on"] < r["requested_on"] for x in same): return None
    want = float(r["amount_requested"] or c["amount"]); why = r["reason"]; dup = why == "duplicate charge"
    if want > float(c["amount"]): return "Ask Finance"
    if c["kind"] == "setup fee" and not dup: return "Decline"
    if dup and not any(x is not c and x["account_id"] == c["account_id"] and x["status"] == "settled" and float(x["amount"]) == float(c["amount"])
                       and abs(ago(x["charged_on"]) - ago(c["charged_on"])) <= 3 for x in charges): return "Decline"
    if why == "product problem" and not any(t["account_id"] == r["account_id"] and t["category"] == "Bug" and 0 <= (day(r["requested_on"]) - day(t["created_on"])).days <= 60 for t in tickets): why = ""
    n = (day(r["requested_on"]) - day(c["charged_on"])).days; assert n >= 0
    lv = TABLE.get(why, TABLE[""])[0 if n <= 14 else 1 if n <= 45 else 2]
    if not dup and any(x["account_id"] == r["account_id"] and x["status"] == "paid" and ago(x["decided_on"]) <= 365 for x in refs):
        lv = {"Approve": "Partial", "Partial": "Decline"}.get(lv, lv)
    return "Ask Finance" if lv in ("Approve", "Partial") and want > 5000 else lv
save("refund-requests", "refund_id", [(r["refund_id"], refund(r)) for r in refs])
# 4
replies = load("support/replies"); NX = ["First nudge", "Last nudge", "Close"]
def quiet(t):
    if t["status"] != "waiting on customer" or t["category"] == "Security incident": return None
    rs = [x for x in replies if x["ticket_id"] == t["ticket_id"]]
    ag = [x["replied_on"] for x in rs if x["author_type"] == "agent" and x["kind"] == "public reply"]
    if not ag: return None
    last = max(ag)
    if any(x["author_type"] == "customer" and x["replied_on"] >= last for x in rs): return None
    n = ago(last)
    if n < 3: return None
    sent = sum(x["kind"] == "nudge" and x["replied_on"] >= last for x in rs)
    by_days = 0 if n <= 6 else 1 if n <= 13 else 2
    if by_days < 2 and sent > by_days: return None
    lv = NX[min(by_days, sent)]
    if not t["contact_id"] or con[t["contact_id"]]["status"] == "left": return "Keep open"
    if lv == "Close" and (t["priority"] == "urgent" or acc[t["account_id"]]["segment"] == "Strategic"): return "Keep open"
    return lv
save("quiet-tickets", "ticket_id", [(t["ticket_id"], quiet(t)) for t in tickets])
# 5
feats = {f["feature_id"]: f for f in load("product/features")}; asks = load("product/feature_requests"); RANK = ["Starter", "Team", "Business", "Enterprise"]
def ask(r):
    f = feats[r["feature_id"]]; p = plan.get(r["account_id"])
    if r["told_on"] or not f["stage_changed_on"] or ago(f["stage_changed_on"]) > 45 or not p: return None
    fits = not f["min_plan"] or RANK.index(p) >= RANK.index(f["min_plan"]); imp = r["importance"]
    if f["stage"] == "shipped":
        return None if f["announced"] != "yes" else "Good news" if fits else "Account manager"
    if f["stage"] == "beta":
        if not fits or imp not in ("blocker", "important"): return None
        if any(t["account_id"] == r["account_id"] and t["priority"] == "urgent" and t["status"] not in ("solved", "closed") for t in tickets): return None
        return "Beta invite"
    if f["stage"] == "declined":
        if imp == "blocker": return "Account manager"
        return None if ago(r["requested_on"]) > 365 else "Gentle no"
first = {}
for r in sorted(asks, key=lambda r: r["requested_on"]):
    if ask(r):
        k = (r["account_id"], r["feature_id"])
        if k in first: assert first[k]["requested_on"] < r["requested_on"]
        else: first[k] = r
save("feature-loop", "request_id", [(r["request_id"], ask(r) if first.get((r["account_id"], r["feature_id"])) is r else None) for r in asks])
