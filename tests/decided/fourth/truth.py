import csv
from collections import Counter
from datetime import date, timedelta as T
from pathlib import Path
H=Path(__file__).parent; D=date(2026,11,20)
def rd(p): return list(csv.DictReader((H/'data'/p).open()))
dt=lambda s:date.fromisoformat(s[:10])
def out(name,key,rows):
    (H/'truth').mkdir(exist_ok=True)
    with (H/'truth'/f'{name}.csv').open('w',newline='') as f:
        c=csv.writer(f); c.writerow([key,'in_scope','level'])
        for k,l in rows: c.writerow([k,'yes' if l else 'no',l])
    print(name,len(rows),Counter(l for _,l in rows))
acc={a['account_id']:a for a in rd('crm/accounts.csv')}
def price(c):
    a=acc[c['account_id']]; r=dt(c['renewal_date']); days=(r-D).days
    if c['status']!='Active' or not 0<=days<=90 or not c['new_annual_price']: return ''
    o,n=int(c['current_annual_price']),int(c['new_annual_price'])
    if n<=o or c['notice_sent_on'] or a['account_type'] in('Partner','Internal'): return ''
    if c['price_lock_until'] and dt(c['price_lock_until'])>=r: return ''
    soon=days<=30 and c['auto_renew']=='yes'
    if soon: return 'Urgent'
    if c['plan']=='Nonprofit': return 'Standard'
    up=(n-o)*100
    if up>=20*o: return 'Urgent'
    if up>=10*o or o>=50000 or a['health']=='Red': return 'Hands-on'
    return 'Standard'
out('price-increase-notices','contract_id',[(c['contract_id'],price(c)) for c in rd('billing/contracts.csv')])
openi={i['app_name'] for i in rd('integrations/vendor_incidents.csv') if not i['resolved_on']}
runs={}
for r in rd('integrations/sync_runs.csv'):
    if D-T(6)<=dt(r['started_at'])<=D: runs.setdefault(r['integration_id'],[]).append(r)
def integ(i):
    a=acc[i['account_id']]; rs=runs.get(i['integration_id'],[]); f=[r for r in rs if r['result']=='failed']
    if i['status']!='Active' or i['environment']!='production' or len(f)<3: return ''
    if i['app_name'] in openi or a['lifecycle']=='Churned' or dt(i['installed_on'])>=D-T(3): return ''
    ls=i['last_success_at']
    if len(f)>=15 or (a['plan']=='Enterprise' and (not ls or (D-dt(ls)).days>3)): return 'Critical'
    if all(r['error_code']=='AUTH_EXPIRED' for r in f): return 'Reconnect'
    if len(f)>=8 or 2*len(f)>=len(rs): return 'High'
    return 'Watch'
out('integration-errors','integration_id',[(i['integration_id'],integ(i)) for i in rd('integrations/integrations.csv')])
conv={c['conversation_id']:c for c in rd('support/conversations.csv')}; rat=rd('support/ratings.csv')
def csat(r):
    c=conv[r['conversation_id']]; a=acc[c['account_id']]; s=int(r['score']); d=dt(r['rated_at'])
    if not D-T(13)<=d<=D or not(s<=2 or s==3 and r['comment']): return ''
    if r['followed_up_on'] or c['status']=='Merged' or {'spam','test'}&set(c['tags'].split(';')): return ''
    again=any(o['contact_id']==r['contact_id'] and o is not r and int(o['score'])<=2 and D-T(59)<=dt(o['rated_at'])<=D for o in rat)
    if again or s==1 and (float(a['annual_revenue'] or 0)>=40000 or int(c['times_reopened'])>=2):
        return 'Personal Reply' if a['plan']=='Free' else 'Manager Call'
    if s<=2 and r['comment'] or c['first_response_minutes'] and int(c['first_response_minutes'])>480: return 'Personal Reply'
    return 'Light Touch'
out('csat-followups','rating_id',[(r['rating_id'],csat(r)) for r in rat])
