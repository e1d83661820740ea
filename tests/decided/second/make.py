"""Writes data/<system>/*.csv. Seeded, byte-stable. Today is 2026-11-20."""
import csv, os, random
from datetime import date, timedelta
HERE = os.path.dirname(os.path.abspath(__file__))
R = random.Random(20261120)
T = date(2026, 11, 20)
def d(n): return (T + timedelta(days=n)).isoformat()      # n days from today
def ri(a, b): return R.randint(a, b)
def pick(x): return R.choice(x)
def chance(p): return R.random() < p
def write(system, name, rows):
    p = os.path.join(HERE, "data", system); os.makedirs(p, exist_ok=True)
    with open(os.path.join(p, name + ".csv"), "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, list(rows[0]), lineterminator="\n"); w.writeheader(); w.writerows(rows)

# ---------- team
TEAM = [
 ("Priya Raman","Account Executive","rob"),("Tom Ashworth","Account Executive","rob"),("Lena Fischer","Account Executive","rob"),
 ("Diego Santos","Account Executive","rob"),("Rob Keller","Head of Sales",""),
 ("Mei Tanaka","CSM","anna"),("Olu Adeyemi","CSM","anna"),("Sofie Lindqvist","CSM","anna"),("Jack Brennan","CSM","anna"),("Anna Novak","Head of Customer Success",""),
 ("Karim Haddad","Project Manager","ines"),("Beth Coleman","Project Manager","ines"),("Yusuf Demir","Project Manager","ines"),("Ines Moreau","Head of Delivery",""),
 ("Wei Zhang","Engineer","greta"),("Paul Osei","Engineer","greta"),("Nina Kovacs","Engineer","greta"),("Arjun Mehta","Engineer","greta"),("Greta Holm","Head of Engineering",""),
 ("Carla Ruiz","Support Agent","sam"),("Ben Whitfield","Support Agent","sam"),("Sam Okafor","Head of Support",""),
 ("Marta Silva","Billing Operations","fred"),("Fred Lowe","Finance Manager",""),
 ("Hugo Blanc","Partner Manager","rob"),("Aisha Khan","Partner Manager","rob"),("Dana Petrov","Customer Marketing","anna"),
]
mail = {}
def em(name): return name.lower().replace(" ", ".") + "@northbeam.io"
short = {n.split()[0].lower(): em(n) for n,_,_ in TEAM}
write("crm","team",[dict(email=em(n),name=n,role=r,manager_email=short.get(m,"")) for n,r,m in TEAM])
AE=[em(n) for n,r,_ in TEAM if r=="Account Executive"]; CSM=[em(n) for n,r,_ in TEAM if r=="CSM"]
PM=[em(n) for n,r,_ in TEAM if r=="Project Manager"]; ENG=[em(n) for n,r,_ in TEAM if r=="Engineer"]
SUP=[em(n) for n,r,_ in TEAM if r=="Support Agent"]; PAM=[em(n) for n,r,_ in TEAM if r=="Partner Manager"]

# ---------- accounts
A1="Alder Birch Cedar Delta Ember Fjord Granite Harbor Indigo Juniper Keystone Lumen Meridian Nimbus Orchard Pioneer Quarry Ridge Summit Tidal Umber Vertex Willow Yarrow Zephyr Beacon".split()
A2="Foods Logistics Health Retail Energy Insurance Software Media Textiles Robotics Travel Labs Bank Pharma Motors".split()
IND={"Foods":"Food & Beverage","Logistics":"Logistics","Health":"Healthcare","Retail":"Retail","Energy":"Energy","Insurance":"Financial Services","Software":"Technology","Media":"Media","Textiles":"Manufacturing","Robotics":"Manufacturing","Travel":"Travel","Labs":"Technology","Bank":"Financial Services","Pharma":"Healthcare","Motors":"Manufacturing"}
combos=[(a,b) for a in A1 for b in A2]; R.shuffle(combos)
names=combos[:130]; spare=combos[130:]
accounts=[]
for i,(a,b) in enumerate(names):
    st="Active" if i<98 else "Churned" if i<112 else "Prospect"
    seg=pick(["Enterprise","Enterprise","Mid-Market","Mid-Market","Mid-Market","SMB","SMB"])
    arr={"Enterprise":ri(90,420)*1000,"Mid-Market":ri(28,120)*1000,"SMB":ri(5,30)*1000}[seg]
    ren=ri(3,360)
    while ren in (45,60,90): ren+=1
    act=st=="Active"
    since=-(ri(375,2200) if chance(.8) else ri(40,350))
    accounts.append(dict(account_id=f"ACC-{1001+i}",account_name=f"{a} {b}",website_domain=f"{a}{b}.com".lower(),segment=seg,industry=IND[b],region=pick(["EMEA","EMEA","North America","North America","APAC"]),
      status=st,customer_since=d(since) if st!="Prospect" else "",arr=arr if act else 0,renewal_date=d(ren) if act else "",
      health_score=(ri(62,97) if chance(.72) else ri(25,61)) if act and not chance(.04) else "",
      owner_email=pick(AE),csm_email=pick(CSM) if act and not chance(.03) else "",dunning_hold="Yes" if act and chance(.08) else "No",
      reference_optout="Yes" if act and chance(.07) else "No",reference_status=""))
active=[a for a in accounts if a["status"]=="Active"]
stars=R.sample([a for a in active if a["segment"]!="SMB"],9)
for a in stars: a.update(health_score=ri(81,97),arr=max(a["arr"],ri(52,90)*1000),customer_since=d(-ri(420,2000)),reference_optout="No",renewal_date=d(ri(70,340)+ (0)))
for a in stars:
    if a["renewal_date"]==d(90): a["renewal_date"]=d(91)
starids={a["account_id"] for a in stars}; calm={a["account_id"] for a in stars[:7]}
byid={a["account_id"]:a for a in accounts}
for a in active:
    if chance(.2): a["reference_status"]=pick(["Reference call","Warm up","Case study"])

# ---------- contacts
FN="Alice Bruno Chloe Daniel Elena Farid Gemma Henrik Isabel Jonas Katya Liam Maya Nils Oscar Paula Quentin Rosa Stefan Tara Umar Vera Walter Xenia Yann Zoe".split()
LN="Abbott Berg Castillo Dubois Eriksen Ferrari Grant Hoffman Ivanov Jensen Kaur Lopez Marsh Nguyen Olsen Patel Quinn Rossi Schmidt Tran Ueda Varga Weber Young Zimmer".split()
contacts=[]; cby={}
for a in accounts:
    if a["status"]=="Prospect" and chance(.5): continue
    for role,p in (("Billing",.86),("Champion",.84),("Executive Sponsor",.8),("Technical",.75),("User",.35)):
        if not chance(p): continue
        f,l=pick(FN),pick(LN)
        c=dict(contact_id=f"CON-{5001+len(contacts)}",account_id=a["account_id"],first_name=f,last_name=l,email=f"{f}.{l}@{a['website_domain']}".lower(),
               role=role,job_title={"Billing":pick(["Accounts Payable","Finance Manager","Controller"]),"Champion":pick(["Head of Operations","Operations Lead","Program Manager"]),"Executive Sponsor":pick(["COO","CIO","VP Operations"]),"Technical":pick(["IT Manager","Systems Engineer"]),"User":"Analyst"}[role],
               phone="" if chance(.3) else f"+1 555 {ri(100,999)} {ri(1000,9999)}")
        contacts.append(c); cby.setdefault((a["account_id"],role),c)
write("crm","contacts",contacts)

# ---------- payments
pay=[]
def payment(acc,method,status,first,att,reason,stage):
    n=len(pay)
    amt=round(max(120,(byid[acc]["arr"] or 12000)/12*R.uniform(.7,1.1)),2)
    last="" if first is None else d(min(0,first+ri(0,min(-first,7)) if first<0 else 0))
    pay.append(dict(payment_id=f"PAY-{70001+n}",invoice_number=f"INV-26-{4100+n}",account_id=acc,payment_method=method,
      card_last4=(f"{ri(0,9999):04d}" if method=="card" and not chance(.04) else ""),amount=f"{amt:.2f}",currency="USD",status=status,
      first_failed_on="" if first is None else d(first),last_attempt_on=last,attempts=att,decline_reason=reason,dunning_stage=stage))
soft=["expired_card","expired_card","insufficient_funds","do_not_honor","processing_error"]
plan=[]
for lo,hi,n in ((0,3,13),(4,10,20),(11,20,15),(21,45,16)):
    for _ in range(n):
        k=ri(lo,hi); plan.append((-k,ri(1,1+min(3,k//3)),pick(soft)))
for _ in range(4): plan.append((-ri(5,18),ri(5,6),pick(soft)))           # many attempts
for k,r in ((1,"lost_card"),(2,"stolen_card"),(6,"stolen_card"),(8,"lost_card"),(26,"stolen_card"),(14,"lost_card")): plan.append((-k,1 if k<5 else 2,r))
plan.append((None,1,"do_not_honor")); plan.append((-6,"","expired_card")); plan.append((-33,"","insufficient_funds"))
items=[("failed",)+p for p in plan]
for _ in range(38): items.append(("paid",None,0,""))
for _ in range(14): items.append(("recovered",-ri(2,50),ri(1,4),pick(soft)))
for _ in range(5): items.append(("written_off",-ri(60,140),ri(4,6),pick(soft)))
for _ in range(8): items.append(("bank",-ri(2,25),1,pick(["mandate_cancelled","insufficient_funds"])))
R.shuffle(items)
ent=[a["account_id"] for a in active if a["segment"]=="Enterprise"]
for st,first,att,reason in items:
    acc=pick(active)["account_id"]
    if st=="failed" and first is not None and first<-20 and chance(.3): acc=pick(ent)
    if st=="failed" and first is None:
        acc=next(a["account_id"] for a in active if a["dunning_hold"]=="No" and a["segment"]!="Enterprise")
    stage=""
    if st in("failed","recovered") and first is not None and first<-3: stage=pick(["First nudge","First nudge","Reminder",""])
    m="card"
    if st=="bank": m=pick(["bank_transfer","direct_debit"]); st="failed"; stage=""
    elif st=="paid" and chance(.3): m=pick(["bank_transfer","direct_debit"])
    payment(acc,m,st,first,att,reason,stage)
write("billing","payments",pay)

# ---------- projects
COLD=["Sponsor has not answered our last three emails and skipped the steering call; the day-to-day team says she has 'moved on to other things'.",
"{c} asked in yesterday's call what it would cost them to stop now. Tense.",
"Their CFO is openly questioning whether they should have bought this at all. Not a good meeting.",
"Team lead said, quote, 'we are not sure you can actually deliver this'. Wants to talk to our management.",
"They are looking at going back to the old system and have paused their own testers until we convince them otherwise."]
FINE=["Data migration second run went through with 14 rejects, fixing this week.","Customer is happy with the demo, UAT starts Monday.",
"Waiting for SSO details from their IT; they are short of people because of year-end, nothing dramatic.","Go-live moved a little because of their warehouse move. They apologised and agreed a new plan with us.",
"Integration with their ERP is slower than we thought. {c} is patient so far and helpful.","Training sessions booked for all three sites.",
"Scope agreed for phase 2. Steering committee was positive.","Kickoff done, good energy, project plan signed.",
"Test environment was down two days, back up now. {c} lost some time but took it well.","Sponsor on holiday till the end of the month, her deputy signs off in the meantime.",
"Reporting module accepted. Remaining: permissions and cutover weekend.","Customer asked to push UAT by a week, busy quarter end on their side."]
projects=[]; miles=[]
MS=["Kickoff","Solution design","Data migration","Integration","User acceptance test","Training","Go-live"]
statuses=["In progress"]*58+["On hold"]*7+["Complete"]*12+["Cancelled"]*5+["Not started"]*8
R.shuffle(statuses)
kinds=["ok"]*14+["watch"]*11+["hours"]*6+["slipA"]*9+["slipR"]*5+["miles"]*5+["passed"]*4+["noforecast"]*4; R.shuffle(kinds)
cold_left=6
for i,st in enumerate(statuses):
    internal = i in (7,23,41,66)
    if internal: st="In progress" if i!=66 else "Complete"
    acc=pick(active) ; k=kinds.pop() if st=="In progress" and not internal and kinds else "ok"
    start=-ri(150,260); planned=ri(12,150); slip=ri(-5,8)
    pct=ri(20,90); bud=ri(8,60)*10; used=round(bud*min(.88,max(.1,pct/100+R.uniform(-.15,.05))))
    meet=-ri(1,12); over=pick([0,0,0,1,2]) if k not in("ok","watch") else pick([0,0,1])
    fc=planned+slip
    if k=="watch": meet=-ri(16,40) if chance(.75) else None
    if k=="hours": pct=ri(35,70); used=round(bud*R.uniform(.92,1.25))
    if k=="slipA": fc=planned+ri(10,30)
    if k=="slipR": fc=planned+ri(32,75)
    if k=="miles": over=ri(3,4)
    if k=="passed": planned=-ri(4,25); fc=ri(5,15) if chance(.7) else planned+ri(26,40); 
    if k=="passed" and i%2==0: fc=None
    if k=="noforecast": fc=None
    if st=="Complete": planned=-ri(10,120); fc=planned+ri(-5,20); pct=100; over=0
    if st=="Not started": start=ri(5,40); planned=ri(100,200); fc=None; pct=0; used=0; meet=None; over=0
    if st=="Cancelled": meet=-ri(40,120)
    note=pick(FINE)
    if st=="In progress" and not internal and k in("ok","watch","hours") and cold_left and chance(.25): note=COLD[cold_left%5]; cold_left-=1
    if st=="On hold" and chance(.5): note="Customer put this on hold until the new budget year."
    if st=="Complete": note="Live and handed over to support."
    if st=="Not started": note=""
    if st=="Cancelled": note="Cancelled by mutual agreement, final invoice sent."
    sp=cby.get((acc["account_id"],"Executive Sponsor"))
    pid=f"PRJ-{301+i}"
    name = pick(["Sandbox refresh","Demo environment rebuild","Partner training sandbox"]) if internal else acc["account_name"]+" "+pick(["rollout","implementation","phase 1","phase 2","migration"])
    if internal: note=pick(["Internal build, low priority.","Waiting for a free engineer."]); planned=-ri(5,30)
    projects.append(dict(project_id=pid,project_name=name,account_id="" if internal else acc["account_id"],project_type="Internal" if internal else "Customer",status=st,start_date=d(start),
      planned_go_live=d(planned),forecast_go_live="" if fc is None else d(fc),percent_complete=pct,budget_hours=bud,hours_used=used,
      last_customer_meeting="" if meet is None or internal else d(meet),pm_email=pick(PM),sponsor_contact_id=sp["contact_id"] if sp and not internal else "",
      status_note=note.format(c=acc["account_name"]),health=pick(["On track","On track","Watch","Amber",""])))
    n=len(MS)
    for j,m in enumerate(MS):
        # overdue ones first among open; done before; future after
        done=3-min(over,3) if st!="Complete" else n
        if k=="passed": done=6
        if st=="Not started": done=0
        if j<done: due=max(-(n-j)*ri(16,20),start+3*(j+1)); comp=d(due+ri(-4,6)) if due+6<0 else d(-1)
        elif k=="passed": due=planned; comp=""
        elif j<done+over: due=-ri(2,25); comp=""
        else: due=planned if planned<0 else planned-(n-1-j)*max(1,(planned-3)//(n-done)); comp=""
        miles.append(dict(milestone_id=f"MS-{len(miles)+9001}",project_id=pid,milestone=m,due_date=d(due),completed_on=comp,responsible=pick(["Us","Us","Customer"])))
write("delivery","projects",projects); write("delivery","milestones",miles)

# ---------- bugs
TITLES=["Export to CSV drops the last column","Login loop after SSO session expires","Dashboard totals differ from report","Webhook retries send duplicates","Attachments over 10 MB fail silently","Time zone wrong on scheduled reports",
"Search returns archived records","Bulk import stops at row 5000","Mobile app crashes on opening a form","Permissions not applied to sub-folders","API returns 500 on empty filter","Emails sent in the wrong language","Sync with ERP hangs overnight","Charts blank in Safari","Audit log missing deletions"]
ANGRY=["If this isn't sorted by month end we will start looking at alternatives.","Frankly, my director has told me not to sign the renewal while this is open.","We are holding back payment of the last invoice until this works.","This is the third time I ask. We're comparing you with two other vendors at the moment."]
CALM=["Any news on this one? Thanks.","Still seeing it this morning, screenshot attached.","It happens about twice a day for the whole team, quite annoying.","Thanks for the workaround, it does the job for now.","Could you tell me roughly when to expect the fix?","This is really slowing down our month end close, please hurry.","Happy to test a build if that helps.","Our users keep asking me, what can I tell them?"]
AGENT=["Passed your details on to engineering.","Hello, still with our engineers, I will keep you posted.","Reproduced on our side and handed to engineering."]
ENGC=["Cannot reproduce on staging, need logs.","Root cause found, fix in review.","Needs a schema change, planned for the next sprint."]
bugs=[]; comments=[]
bs=["Open"]*38+["In progress"]*36+["Waiting on customer"]*11+["Fixed"]*10+["Released"]*12+["Won't fix"]*5; R.shuffle(bs)
big=[a for a in active if a["arr"]>=100000]; soon=[a for a in active if 3<=(date.fromisoformat(a["renewal_date"])-T).days<60]
seenS1w=0
far=[a for a in big if a["account_id"] not in starids and (date.fromisoformat(a["renewal_date"])-T).days>61]
caps=[i for i,x in enumerate(bs) if x in("Open","In progress")][10:40:12]
for i,st in enumerate(bs):
    acc=pick(big) if chance(.3) else pick(active)
    sev=pick(["S1","S2","S2","S3","S3","S3","S4"])
    if st=="Waiting on customer" and seenS1w<4: sev="S1"; seenS1w+=1
    hand=-ri(4,75)
    style=pick(["late","late","verylate","ontime","ontime","none","quiet"])
    upd=-ri(0,min(6,-hand))
    if sev=="S1": upd=-pick([0,1,1,4,5])
    tgt=ri(2,30)
    if style=="late": tgt=-ri(1,13)
    if style=="verylate": tgt=-ri(16,40); hand=min(hand,tgt-10)
    if style=="none": tgt=None
    if style=="quiet": tgt=ri(4,25); upd=-ri(9,30); hand=min(hand,upd-2)
    if style=="none" and hand==-30: hand=-31
    noupd=chance(.07)
    if noupd and sev=="S1" : hand=min(hand,-4)
    wk="Yes" if chance(.3) else "No"
    if wk=="Yes" and chance(.35): acc=pick(soon)
    if i in caps: acc=pick(far); wk="Yes"; sev="S2"; tgt=-ri(18,35); upd=-1; noupd=False
    if acc["account_id"] in calm and sev in("S1","S2"): acc=pick([x for x in big if x["account_id"] not in starids])
    rep=cby.get((acc["account_id"],"Technical")) or cby.get((acc["account_id"],"Champion")) or cby.get((acc["account_id"],"User"))
    if chance(.04): rep=None
    bid=f"BUG-{2001+i}"
    if not noupd: hand=min(hand,upd)
    else: hand=min(hand,-8)
    if tgt is not None and tgt<0: hand=min(hand,tgt-4)
    if tgt is None and hand==-30: hand=-31
    bugs.append(dict(bug_id=bid,jira_key=f"ENG-{ri(3,6)}{1000+i*7%1000}",account_id=acc["account_id"],title=pick(TITLES),severity=sev,status=st,handed_over_on=d(hand),
      last_engineering_update="" if noupd else d(upd),target_fix_date="" if tgt is None else d(tgt),workaround=wk,reporter_contact_id=rep["contact_id"] if rep else "",
      engineer_email=pick(ENG),support_owner_email=pick(SUP)))
    ts=sorted({ri(1,max(2,-hand)) for _ in range(ri(0,4))},reverse=True)
    for t in ts:
        who=pick(["customer","customer","agent","engineer"])
        body=pick({"customer":ANGRY if chance(.42) else CALM,"agent":AGENT,"engineer":ENGC}[who])
        comments.append(dict(comment_id=f"CMT-{len(comments)+30001}",bug_id=bid,author_type=who,posted_at=d(-t)+f"T{ri(8,17):02d}:{ri(0,59):02d}",body=body))
write("support","bugs",bugs); write("support","comments",comments)

# ---------- opportunities
opps=[]; pros=[a for a in accounts if a["status"]=="Prospect"]; churn=[a for a in accounts if a["status"]=="Churned"]
def opp(acc,stage,created,last):
    opps.append(dict(opportunity_id=f"OPP-{6001+len(opps)}",account_id=acc["account_id"],opportunity_name=acc["account_name"]+" - "+pick(["Platform","Analytics","Expansion"]),stage=stage,amount=ri(10,220)*1000,created_on=d(created),last_activity_on=d(last),owner_email=acc["owner_email"]))
withopp=pros[:10]; noopp=pros[10:]
for j,a in enumerate(withopp): opp(a,pick(["Discovery","Proposal","Negotiation"]),-ri(130,260),-(ri(100,125) if j<4 else ri(2,60)))
for a in noopp[:3]: opp(a,"Closed lost",-ri(200,400),-ri(100,190))
for a in R.sample(active,14): opp(a,pick(["Closed won","Closed won","Closed lost"]),-ri(200,500),-ri(100,190))
oa=R.sample(active,5)
for a in oa: opp(a,pick(["Discovery","Proposal"]),-ri(30,80),-ri(2,20))
opp(noopp[3],"Discovery",-1,0)
write("crm","opportunities",opps)

# ---------- partners
PN="Cobalt Systems,Bluebird Consulting,Trident IT,Halcyon Partners,Northgate Solutions,Ostrava Digital,Redwood Integrators,Lakeside Tech,Montero Group,Arcadia Cloud,Sable Advisory,Kestrel Services,Peakline,Fenwick & Co".split(",")
partners=[]
for i,n in enumerate(PN):
    f,l=pick(FN),pick(LN); dom="".join(c for c in n.lower() if c.isalpha())+".com"
    partners.append(dict(partner_id=f"PTR-{i+101}",partner_name=n,tier=["Gold","Silver","Registered"][i%3],status="Suspended" if i in (7,11) else "Active",
      contact_name=f"{f} {l}",contact_email="" if i==9 else f"{f}.{l}@{dom}".lower(),partner_manager_email=pick(PAM),certified_until=d(-ri(10,90)) if i in (4,8) else d(ri(30,400))))
pby={p["partner_id"]:p for p in partners}
write("partners","partners",partners)
NEED=["Wants to replace spreadsheets for order planning in 3 plants, about 60 users, decision before year end.","Looking for a portal for their dealers, RFP out in December.","Needs reporting across four subsidiaries, currently done by hand by the finance team.","Old ticketing tool goes end of life in March, 40 agents to move.","Wants automatic onboarding of suppliers, met their COO twice.","Field service team of 120 needs mobile forms, pilot agreed for January.","Compliance project: audit trail for quality documents, budget approved."]
THIN=["interested","Potential customer","Good lead, details to follow","tbd","Big company, wants software."]
regs=[]
def reg(partner,name,dom,val,close,need,sub,status,dec=None):
    regs.append(dict(registration_id=f"REG-{4001+len(regs)}",partner_id=partner["partner_id"],company_name=name,company_domain=dom,estimated_value=val,expected_close=close,product=pick(["Platform","Analytics","Service"]),
      need_description=need,submitted_on=d(sub),status=status,decided_on="" if dec is None else d(dec),decided_by="" if dec is None else pby[partner["partner_id"]]["partner_manager_email"]))
good=[p for p in partners if p["status"]=="Active" and p["partner_id"] not in("PTR-105","PTR-109")]
gold=[p for p in good if p["tier"]=="Gold"]; notgold=[p for p in good if p["tier"]!="Gold"]
susp=[p for p in partners if p["status"]=="Suspended"]; laps=[pby["PTR-105"],pby["PTR-109"]]
sp=iter(spare)
def newco():
    a,b=next(sp); return f"{a} {b}",f"{a}{b}.com".lower()
def val(): return ri(8,95)*1000
def cl(): return d(ri(20,160))
def sub(): return -pick([0,1,1,2,2,3,3,4,4,6,7,9])
jobs=[]
def S(p,co,v=None,c=None,need=None,s=None):
    jobs.append((p,co[0],co[1],val() if v is None else v,cl() if c is None else c,need or pick(NEED),sub() if s is None else s,"Submitted",None))
def C(a): return (a["account_name"]+pick([""," Inc"," GmbH"," Ltd"]),a["website_domain"])
for _ in range(17): S(pick(good),newco())
for a in withopp[4:9]: S(pick(notgold),C(a))
S(pick(gold),C(withopp[9]))                                   # gold, live opp -> reject
for a in withopp[:3]: S(pick(gold),C(a))                      # gold, stale opp -> carry on
S(pick(notgold),C(withopp[3]))                                # stale opp but not gold
S(pick(notgold),C(oa[0]))
for p in susp: S(p,newco()); 
S(susp[0],newco())
for _ in range(5): S(pick(good),newco(),v=ri(100,320)*1000)
for a in R.sample([x for x in active if x not in oa],4): S(pick(good),C(a))
for p in laps+[laps[0]]: S(p,newco())
for _ in range(3): n,_x=newco(); S(pick(good),(n,""))
for _ in range(3): S(pick(good),newco(),v="")
for _ in range(2): S(pick(good),newco(),c="")
for t in THIN: S(pick(good),newco(),need=t)
for a in noopp[:3]: S(pick(good),C(a))
S(pick(notgold),C(noopp[3]),s=-4)                            # our opportunity came later
for a in churn[:2]: S(pick(good),C(a))
dup=[newco() for _ in range(4)]
for k,co in enumerate(dup):
    p1,p2=R.sample(notgold,2); ago=ri(20,75) if k<3 else 130
    jobs.append((p1,co[0],co[1],val(),cl(),pick(NEED),-ago-3,"Accepted",-ago)); S(p2,co)
for _ in range(20):
    s=-ri(10,140); jobs.append((pick(partners),*newco(),val(),cl(),pick(NEED),s,pick(["Accepted","Accepted","Rejected"]),s+ri(1,5)))
for _ in range(5): jobs.append((pick(good),*newco(),val(),cl(),pick(NEED),-ri(3,60),"Withdrawn",None))
for _ in range(6): jobs.append((pick(good),*newco(),"",cl(),pick(NEED+THIN),-ri(3,40),"Needs info",None))
R.shuffle(jobs); jobs.sort(key=lambda j:j[6])
for j in jobs: reg(*j)
write("partners","registrations",regs)

# ---------- NPS and reference log
STORY=["Cut our planning time from two days to three hours. The team loves it.","We saved about 140,000 dollars in rework this year.","Order errors are down 60 percent since the rollout.","We closed the month four days faster than last year."]
NICE=["Great product, great people.","Happy overall, support is quick.","Does what it says.","Really easy to work with.",""]
MEH=["Fine but reporting is clunky.","Too many clicks.","Support got slower this year.","","Price went up, value did not."]
resp=[]
for a in active:
    if chance(.17) and a["account_id"] not in starids: continue
    con=cby.get((a["account_id"],"Champion")) or cby.get((a["account_id"],"User"))
    hs=a["health_score"] or 50
    for t in sorted({ri(8,350) if chance(.78) else ri(380,700) for _ in range(ri(1,3))},reverse=True):
        if a["account_id"] in starids: t=min(t,340)
        s=pick([9,10]) if a["account_id"] in starids else pick([9,9,10,10,8,8,7]) if hs>=75 else pick([9,8,8,7,6,5]) if hs>=62 else pick([7,6,5,3])
        resp.append(dict(response_id="",account_id=a["account_id"],contact_id=con["contact_id"] if con else "",score=s,comment=pick(STORY if chance(.4) else NICE) if s>=8 else pick(MEH),responded_on=d(-t)))
resp.sort(key=lambda r:(r["responded_on"],r["account_id"]))
for i,r in enumerate(resp): r["response_id"]=f"NPS-{i+801}"
write("surveys","nps_responses",resp)
log=[]
for a in R.sample([x for x in active if x["account_id"] not in starids],22):
    for _ in range(ri(1,2)): log.append(dict(log_id="",account_id=a["account_id"],used_on=d(-(ri(10,170) if chance(.5) else ri(200,600))),kind=pick(["Reference call","Reference call","Case study","Quote"]),requested_by=pick(AE)))
log.sort(key=lambda r:(r["used_on"],r["account_id"]))
for i,r in enumerate(log): r["log_id"]=f"REF-{i+51}"
write("crm","reference_log",log)
write("crm","accounts",accounts)
