import csv, random
from datetime import date, datetime, timedelta as T
from pathlib import Path
R=random.Random(20261120); D=date(2026,11,20); root=Path(__file__).parent/'data'
def w(p,rows):
    p=root/p; p.parent.mkdir(parents=True,exist_ok=True)
    with p.open('w',newline='') as f:
        c=csv.DictWriter(f,list(rows[0])); c.writeheader(); c.writerows(rows)
def gap(v,p): return '' if R.random()<p else v
ch=R.choice
def wc(**k): return R.choices([x.replace('_',' ') for x in k],list(k.values()))[0]
A1='Alder Brightwater Cobalt Dunmore Elmstead Fairpoint Granite Harbor Ironwood Juniper Kestrel Larkfield Meridian Northgate Orchard Pinecrest Quayside Redfern Silverline Tamarack'.split()
A2='Logistics,Dental Group,Foods,Robotics,Legal,Media,Outfitters,Health,Analytics,Schools'.split(',')
names=R.sample([f'{a} {b}' for a in A1 for b in A2],60)
csms=['Priya Nair','Tom Okafor','Lena Fischer','Marco Silva','Hannah Cole']
em=lambda n,d='ourco.example':n.lower().replace(' ','.')+'@'+d
FN='Ana Ben Carla Dev Erin Farid Grace Hugo Isla Jon Kira Leo Mina Noah Olga Pete Rosa Sam Tara Umar Vera Will Yara Zack'.split()
LN='Abbott Bauer Castro Diaz Evans Ford Gupta Hill Ito Jensen Khan Lopez Moore Novak Owens Park Quinn Reyes Shah Tran'.split()
acc=[];con=[]
for i,n in enumerate(names):
    aid=f'ACC-{1001+i}'; s=ch(csms); o=ch(csms); plan=wc(Free=12,Starter=25,Growth=38,Enterprise=25)
    arr=0 if plan=='Free' else {'Starter':R.randrange(3000,15000,100),'Growth':R.randrange(12000,60000,500),'Enterprise':R.randrange(38000,180000,1000)}[plan]
    acc.append(dict(account_id=aid,account_name=n,account_type=wc(Customer=88,Partner=8,Internal=4),plan=plan,annual_revenue=gap(arr,.07),lifecycle=wc(Live=82,Onboarding=10,Churned=8),health=gap(wc(Green=60,Yellow=22,Red=18),.05),owner_name=o,owner_email=em(o),csm_name=s,csm_email=em(s),integration_health=wc(OK=90,At_risk=10)))
    for j,role in enumerate(['Billing','Admin','User'][:R.randint(2,3)] if R.random()>.1 else ['Admin','User']):
        p=ch(FN)+' '+ch(LN)
        con.append(dict(contact_id=f'CON-{5001+len(con)}',account_id=aid,full_name=p,email=gap(em(p,n.split()[0].lower()+'.example'),.07),role=role,status=wc(Active=90,Inactive=10),email_opt_out=wc(no=90,yes=10)))
w('crm/accounts.csv',acc); w('crm/contacts.csv',con)
# contracts
rows=[]
for i in range(90):
    a=ch(acc); np=R.random()<.1
    cur=R.randrange(4000,30000,500) if R.random()<.7 else R.randrange(30000,120000,1000)
    if i in(3,4): cur=50000
    pct=R.choices([0,3,5,7,8,10,12,15,20,25,-5],[6,15,18,18,12,9,8,6,6,5,4])[0]
    days=R.choice([-20,-5,0,7,14,30,30,31,90,91]) if R.random()<.25 else R.randint(1,115)
    ren=D+T(days)
    lock='' if R.random()<.75 else (ren+T(R.choice([-200,-30,-1,0,60,365]))).isoformat()
    rows.append(dict(contract_id=f'CTR-{30001+i}',account_id=a['account_id'],plan='Nonprofit' if np else ch(['Starter','Growth','Enterprise']),status=wc(Active=88,Cancelled=8,Paused=4),start_date=(ren-T(365)).isoformat(),renewal_date=ren.isoformat(),auto_renew=wc(yes=65,no=35),current_annual_price=cur,new_annual_price=gap(cur*(100+pct)//100,.06),price_lock_until=lock,notice_sent_on='' if R.random()<.87 else (D-T(R.randint(1,40))).isoformat(),notice_level=''))
w('billing/contracts.csv',rows)
# integrations
apps=['Salesforce','HubSpot','QuickBooks','Shopify','Jira','NetSuite','Zapier']
w('integrations/vendor_incidents.csv',[dict(incident_id=f'INC-{70+i}',app_name=a,title=t,opened_on=o,resolved_on=r) for i,(a,t,o,r) in enumerate([('Shopify','Order webhooks delayed','2026-10-02','2026-10-04'),('NetSuite','Token service degraded','2026-11-17',''),('Jira','API rate limits lowered','2026-11-09','2026-11-11'),('HubSpot','Contacts API outage','2026-11-15','2026-11-16')])])
ints=[];runs=[]
for i in range(80):
    a=ch(acc); cs=[c['contact_id'] for c in con if c['account_id']==a['account_id']]
    iid=f'INT-{801+i}'; inst=D-T(R.choice([0,1,3,4]) if R.random()<.12 else R.randint(8,700))
    prof=R.choices(['clean','few','auth','mid','heavy','dead'],[14,22,28,12,10,14])[0]
    n=R.randint(14,28); codes=ch([['RATE_LIMIT','TIMEOUT'],['SCHEMA_MISMATCH'],['TIMEOUT','SERVER_500'],['PERMISSION_DENIED','AUTH_EXPIRED']])
    if prof=='auth': codes=['AUTH_EXPIRED']
    p={'clean':.04,'few':.2,'auth':.35,'mid':.5,'heavy':.8,'dead':1}[prof]
    if prof=='dead': n=R.randint(5,14)
    last=None
    ts=sorted(datetime(2026,11,20)-T(days=R.randint(0,11))+T(minutes=R.randint(0,470)) for _ in range(n))
    dl=D-T(R.randint(4,20)) if prof=='dead' and R.random()<.7 else None
    for t in ts:
        if t.date()<inst: continue
        bad=R.random()<p; res='failed' if bad else ch(['success']*7+['partial'])
        if res=='success': last=t
        runs.append(dict(run_id='',integration_id=iid,started_at=t.strftime('%Y-%m-%d %H:%M'),result=res,error_code=ch(codes) if bad else '',records_synced=0 if bad else R.randint(1,900)))
    if last is None and prof=='dead' and dl and dl>=inst: last=datetime(2026,11,8,6,0)-T(days=R.randint(1,9)); last=last if last.date()>=inst else None
    if last is None and prof!='dead': last=None
    ints.append(dict(integration_id=iid,account_id=a['account_id'],app_name=ch(apps),environment=wc(production=88,sandbox=12),status=wc(Active=88,Paused=7,Disabled=5),installed_on=inst.isoformat(),last_success_at=last.strftime('%Y-%m-%d %H:%M') if last else '',owner_contact_id=gap(ch(cs),.08)))
runs.sort(key=lambda r:r['started_at'])
for i,r in enumerate(runs): r['run_id']=f'RUN-{100001+i}'
w('integrations/integrations.csv',ints); w('integrations/sync_runs.csv',runs)
# support
teams=[('T1','Billing Support','Sofia Marsh'),('T2','Technical Support','Raj Patel'),('T3','Onboarding','Claire Dubois')]
w('support/teams.csv',[dict(team_id=t,team_name=n,manager_name=m,manager_email=em(m)) for t,n,m in teams])
ags=[dict(agent_id=f'AG-{i+1:02}',agent_name=n,agent_email=em(n),team_id=teams[i%3][0]) for i,n in enumerate(['Maya Lind','Chris Obi','Dana Wolf','Eli Stone','Fern Hayes','Gus Moreno','Ivy Chen'])]
w('support/agents.csv',ags)
subj={'invoice':'Charged twice this month','login':'Cannot sign in after reset','export':'CSV export is missing rows','sync':'Sync stopped overnight','spam':'SEO offer','test':'Testing the widget','setup':'Help setting up SSO','refund':'Refund for unused seats'}
com=['Took far too long to hear back.','I had to explain the problem three times.','Agent was polite but the issue is not fixed.','Nobody read my first message.','You closed this before it was solved.','Still waiting for the refund.','The answer was a link to a help page.']
good=['Great, thanks!','Quick and clear.','Solved in minutes.']
conv=[];rat=[]; pool=R.sample(con,110)
for i in range(95):
    c=ch(pool); tag=R.choices(list(subj),[15,18,15,18,4,4,12,14])[0]
    s=R.choices([1,2,3,4,5],[25,25,20,12,18])[0]
    d=R.choice([0,13,13,14,59,60]) if R.random()<.12 else (R.randint(0,13) if R.random()<.7 else R.randint(14,75))
    t=datetime(2026,11,20)-T(days=d)+T(minutes=R.randint(1,500)); cid=f'CV-{44001+i}'
    conv.append(dict(conversation_id=cid,account_id=c['account_id'],contact_id=c['contact_id'],subject=subj[tag],tags=tag if R.random()<.6 or tag in('spam','test') else tag+';'+ch(['vip','bug','follow-up']),channel=wc(email=50,chat=40,phone=10),status=wc(Closed=80,Open=12,Merged=8),agent_id=ch(ags)['agent_id'],opened_at=(t-T(days=R.randint(1,6))).strftime('%Y-%m-%d %H:%M'),first_response_minutes=gap(R.choice([480,481]) if R.random()<.06 else int(R.expovariate(1/260))+2,.06),times_reopened=R.choices([0,1,2,3],[60,22,12,6])[0]))
    fu='' if d<3 or R.random()<(.88 if d<14 else .3) else (t.date()+T(R.randint(1,3))).isoformat()
    rat.append(dict(rating_id=f'RT-{9001+i}',conversation_id=cid,contact_id=c['contact_id'],score=s,comment=(ch(com) if s<=3 else ch(good)) if R.random()<.58 else '',rated_at=t.strftime('%Y-%m-%d %H:%M'),followed_up_on=fu,follow_up_status='Done' if fu else ''))
w('support/conversations.csv',conv); w('support/ratings.csv',rat)
