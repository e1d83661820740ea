"""Expected outcomes as of 2026-11-20, straight from data/, one csv per SOP in truth/."""
import csv, os
from datetime import date, timedelta
from collections import Counter, defaultdict
H=os.path.dirname(os.path.abspath(__file__)); T=date(2026,11,20)
def load(p):
    with open(os.path.join(H,"data",p+".csv"),newline="",encoding="utf-8") as f: return list(csv.DictReader(f))
def D(s): return date.fromisoformat(s[:10]) if s else None
def ago(s): return (T-D(s)).days
def ahead(s): return (D(s)-T).days
def save(n,rows):
    with open(os.path.join(H,"truth",n+".csv"),"w",newline="",encoding="utf-8") as f:
        w=csv.DictWriter(f,list(rows[0]),lineterminator="\n"); w.writeheader(); w.writerows(rows)
    print("\n"+n,len(rows),"rows"); 
    col="outcome" if "outcome" in rows[0] else "level"
    print("  scope",dict(Counter(r["in_scope"] for r in rows)),"levels",dict(Counter(r[col] for r in rows if r["in_scope"]=="yes")))
    print("  why",dict(Counter(r["why"] for r in rows)))
acc={a["account_id"]:a for a in load("crm/accounts")}
edges=[]
# 1
out=[]
con=defaultdict(set)
for c in load("crm/contacts"): con[c["account_id"]].add(c["role"])
for p in load("billing/payments"):
    a=acc[p["account_id"]]; lv=why=""; to=""
    if p["status"]!="failed": sc,why="no","not failed now"
    elif p["payment_method"]!="card": sc,why="no","not card"
    elif a["dunning_hold"]=="Yes": sc,why="no","dunning hold"
    else:
        sc="yes"; n=ago(p["first_failed_on"]) if p["first_failed_on"] else None; att=int(p["attempts"]) if p["attempts"] else None
        if (n is not None and n>20) or (att or 0)>=5: lv="Suspension review"; why="days" if n and n>20 else "attempts"
        elif p["decline_reason"] in("lost_card","stolen_card"): lv,why="Final notice","lost/stolen"
        elif n is None: lv,why="cannot tell","no first failure date"
        else: lv="First nudge" if n<=3 else "Reminder" if n<=10 else "Final notice"; why="days"
        if lv=="Suspension review" and a["segment"]=="Enterprise": lv,why="Final notice","Enterprise, not suspended"
        to="account owner (brief)" if lv=="Suspension review" else "" if lv=="cannot tell" else "billing contact" if "Billing" in con[p["account_id"]] else "account owner"
    out.append(dict(payment_id=p["payment_id"],in_scope=sc,level=lv,why=why,recipient=to))
save("failed-payments",out); print("  to",Counter(r["recipient"] for r in out))
# 2
COLD=["has not answered our last three emails","cost them to stop now","questioning whether they should have bought","not sure you can actually deliver","going back to the old system"]
ov=Counter()
for m in load("delivery/milestones"):
    if not m["completed_on"] and D(m["due_date"])<T: ov[m["project_id"]]+=1
    if m["due_date"]==T.isoformat(): edges.append(m["milestone_id"])
out=[]
for p in load("delivery/projects"):
    lv=why=base=""; slip=""
    if p["status"]!="In progress": sc,why="no",p["status"]
    elif p["project_type"]!="Customer": sc,why="no","internal"
    else:
        sc="yes"; pl=D(p["planned_go_live"]); fc=D(p["forecast_go_live"]) or pl; slip=(fc-pl).days; o=ov[p["project_id"]]
        hrs=int(p["hours_used"])/int(p["budget_hours"]); mt=ago(p["last_customer_meeting"]) if p["last_customer_meeting"] else 999
        if mt==14 or hrs==.9 or pl==T: edges.append(p["project_id"])
        if slip>30 or o>=3: base="Red"
        elif 10<=slip<=30 or (hrs>.9 and int(p["percent_complete"])<75): base="Amber"
        elif mt>14: base="Watch"
        else: base="On track"
        lv,why=base,"base"
        if ahead(acc[p["account_id"]]["renewal_date"])<=90 and base in("Watch","Amber"): lv={"Watch":"Amber","Amber":"Red"}[base]; why="renewal bump"
        if any(x in p["status_note"] for x in COLD): why="confidence lost" if lv!="Red" else why; lv="Red"
        if pl<T: why="planned passed" if base!="Red" else why; lv="Red"
    out.append(dict(project_id=p["project_id"],in_scope=sc,level=lv,why=why,slip_days=slip,overdue_milestones=ov[p["project_id"]] if sc=="yes" else "",before_overrides=base))
save("slipping-implementations",out)
# 3
ANGRY=["looking at alternatives","not to sign the renewal","holding back payment","comparing you with two other vendors"]
last={}
for c in load("support/comments"):
    if c["author_type"]=="customer" and (c["bug_id"] not in last or c["posted_at"]>last[c["bug_id"]]["posted_at"]): last[c["bug_id"]]=c
out=[]; hot=Counter()
for b in load("support/bugs"):
    a=acc[b["account_id"]]; lv=why=""; fl=""
    if b["status"] in("Open","In progress") and b["severity"] in("S1","S2"): hot[b["account_id"]]+=1
    if b["status"] in("Fixed","Released","Won't fix"): sc,why="no",b["status"]
    elif b["status"]=="Waiting on customer" and b["severity"]!="S1": sc,why="no","waiting, not S1"
    else:
        sc="yes"; u=ago(b["last_engineering_update"] or b["handed_over_on"]); late=ago(b["target_fix_date"]) if b["target_fix_date"] else None; h=ago(b["handed_over_on"])
        if (b["severity"]=="S1" and u==2) or u==7 or late in(0,14) or (late is None and h==30): edges.append(b["bug_id"])
        if b["severity"]=="S1" and u>2: lv,why="Critical","S1 silent"
        elif late is not None and late>14 and int(a["arr"])>=100000: lv,why="Critical","late, large ARR"
        elif late is not None and late>0: lv,why="Overdue","past target"
        elif late is None and h>30: lv,why="Overdue","no target, old"
        elif u>7: lv,why="Going quiet","silent"
        else: lv,why="Moving","rest"
        if lv=="Critical" and b["workaround"]=="Yes":
            if ahead(a["renewal_date"])<=60: why="workaround but renews soon"
            else: lv,why="Overdue","workaround"
        if b["status"]=="Waiting on customer": why+=" (S1 waiting)"
        if lv=="Critical": fl="yes" if b["bug_id"] in last and any(x in last[b["bug_id"]]["body"] for x in ANGRY) else "no" if b["bug_id"] in last else "no comment"
    out.append(dict(bug_id=b["bug_id"],in_scope=sc,level=lv,why=why,talks_of_leaving=fl))
save("escalated-bugs",out); print("  leaving",Counter(r["talks_of_leaving"] for r in out))
# 4
THIN=["interested","Potential customer","Good lead, details to follow","tbd","Big company, wants software."]
par={p["partner_id"]:p for p in load("partners/partners")}; dom={a["website_domain"]:a for a in acc.values()}
ops=defaultdict(list)
for o in load("crm/opportunities"): ops[o["account_id"]].append(o)
regs=load("partners/registrations"); out=[]
for r in regs:
    lv=why=""; late=""
    if r["status"]!="Submitted": sc,why="no",r["status"]
    else:
        sc="yes"; p=par[r["partner_id"]]; a=dom.get(r["company_domain"]) if r["company_domain"] else None
        w=ago(r["submitted_on"]); late="yes" if w>5 else "no"
        op=[o for o in ops[a["account_id"]] if not o["stage"].startswith("Closed") and o["created_on"]<r["submitted_on"]] if a else []
        gold=""
        if p["tier"]=="Gold":
            k=[o for o in op if ago(o["last_activity_on"])<=90]; gold=" (gold exception)" if op and not k else ""; op=k
        dup=[q for q in regs if r["company_domain"] and q["company_domain"]==r["company_domain"] and q["partner_id"]!=r["partner_id"] and q["status"]=="Accepted" and q["decided_on"] and ago(q["decided_on"])<=90]
        miss=[c for c in("company_domain","estimated_value","expected_close") if not r[c]]
        if p["status"]=="Suspended": lv,why="Reject","partner suspended"
        elif op: lv,why="Reject","open opportunity"
        elif dup: lv,why="Reject","accepted from other partner"
        elif miss: lv,why="Ask for more","missing "+",".join(miss)
        elif r["need_description"] in THIN: lv,why="Ask for more","thin description"
        elif int(r["estimated_value"])>=100000: lv,why="Refer","value"
        elif a and a["status"]=="Active": lv,why="Refer","active customer"
        elif D(p["certified_until"])<T: lv,why="Refer","certification ran out"
        else: lv,why="Accept","rest"
        why+=gold
    out.append(dict(registration_id=r["registration_id"],in_scope=sc,outcome=lv,why=why,over_five_days=late))
save("deal-registrations",out); print("  late",Counter(r["over_five_days"] for r in out))
# 5
STORY=["two days to three hours","140,000 dollars","down 60 percent","four days faster"]
nps={}
for n in load("surveys/nps_responses"):
    if n["account_id"] not in nps or n["responded_on"]>=nps[n["account_id"]]["responded_on"]: nps[n["account_id"]]=n
used=defaultdict(str)
for l in load("crm/reference_log"): used[l["account_id"]]=max(used[l["account_id"]],l["used_on"])
out=[]
for a in acc.values():
    lv=why=st=""; 
    if a["status"]!="Active": sc,why="no",a["status"]
    elif a["customer_since"]>"2025-11-20": sc,why="no","under a year"
    elif a["reference_optout"]=="Yes": sc,why="no","opted out"
    elif used[a["account_id"]]>="2026-05-20": sc,why="no","used lately"
    elif ahead(a["renewal_date"])<=45: sc,why="no","renews soon"
    else:
        sc="yes"; n=nps.get(a["account_id"]); 
        if n and n["responded_on"]<"2025-11-20": n=None
        s=int(n["score"]) if n else None; h=int(a["health_score"]) if a["health_score"] else None
        if h is None: lv,why="Not now","no health score"
        elif h>=80 and s is not None and s>=9 and int(a["arr"])>=50000: lv,why="Case study","meets all"
        elif h>=70 and s is not None and s>=8: lv,why="Reference call","meets"
        elif h>=70 and s is None: lv,why="Warm up","no counting NPS"
        else: lv,why="Not now","rest"
        if hot[a["account_id"]] and lv!="Not now": lv,why="Not now","serious bug"
        if lv=="Case study": st="yes" if any(x in n["comment"] for x in STORY) else "no"
    out.append(dict(account_id=a["account_id"],in_scope=sc,outcome=lv,why=why,has_a_story=st))
save("reference-customers",out); print("  story",Counter(r["has_a_story"] for r in out))
print("\nedges",edges)
