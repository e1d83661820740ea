"""Makes data, held-back data and expected outcomes of every case. Run: python3 make.py

Today is Monday, 16 November 2026. Each case is one function: it makes rows with its own seed, so
that a new case changes no other, and works out what the SOP beside it determines. The SOPs were
written first; this reads them as a careful person would, and no row lies where they could be read
in two ways.
"""
import csv
import math
import os
import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

T = date(2026, 11, 16)
HERE = os.path.dirname(os.path.abspath(__file__))
FIRST = "Ana Ben Chloe Diego Elif Farah George Hana Ivo Jaya Kofi Lena Marcus Nadia Oskar Paula Quentin Rosa Samir Tess".split()
LAST = "Abbott Bauer Castillo Dlamini Eriksen Fontaine Gruber Haddad Ito Jansen Kowalski Lindqvist Moreau Okafor Petrov Quinn".split()


def write(case, path, rows):
    path = os.path.join(HERE, case, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def day(n):
    """The day n days from today."""
    return T + timedelta(n)


def months(d, n):
    """The date n months later; the last day where the month is shorter."""
    y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
    last = (date(y + (m + 1) // 12, (m + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(y, m + 1, min(d.day, last))


def workdays(a, b):
    """Weekdays after a, up to and with b; 0 if b is not later."""
    return sum((a + timedelta(i)).weekday() < 5 for i in range(1, (b - a).days + 1))


def add_workdays(d, n):
    while n:
        d += timedelta(1)
        n -= d.weekday() < 5
    return d


def rounded(x, places):
    """Half away from zero; whole numbers without a point."""
    x = Decimal(str(round(x, 9))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return str(int(x)) if x == int(x) else str(x.normalize())


def people(r, n):
    names = [f"{a} {b}" for a in FIRST for b in LAST]
    r.shuffle(names)
    return names[:n]


def mail(name, at):
    return name.lower().replace(" ", ".") + "@" + at


def motor_claims():
    r, case = random.Random(101), "motor-claims"
    handlers = [mail(p, "harbourmutual.example") for p in people(r, 3)]
    policies, claims, paid, expected = [], [], [], []
    for i in range(56):
        start = day(-r.randint(200, 1400))
        ended = i % 7 == 3
        end = day(-r.randint(100, 160)) if ended else day(r.randint(20, 300))
        excess, no = r.choice([150, 250, 400]), f"P-{4100 + i}"
        handler = r.choice(handlers)
        policies.append(dict(policy_no=no, holder=people(r, 1)[0], start_date=start, end_date=end, excess=excess, handler_email=handler))
        happened = day(-r.choice([r.randint(3, 25), r.randint(3, 90)]))
        if i % 11 == 7:  # before the policy began
            start = happened + timedelta(r.randint(5, 40))
            policies[-1]["start_date"] = start
        gap = r.choice([0, 1, 2, 4, 9, 30, 31, 45, 60])
        gap = min(gap, (T - happened).days)
        late = r.choice(["hospital", "hospital", "was abroad", "forgot", ""]) if gap > 10 else ""
        amount = r.choice([120, 300, r.randint(400, 2400), r.randint(2400, 9000), 2500 + excess])
        earlier = []
        for _ in range(r.choice([0, 0, 1, 2, 3])):
            earlier.append(happened - timedelta(r.choice([r.randint(30, 600), r.randint(800, 1300)])))
        paid += [dict(policy_no=no, paid_on=d, amount=r.randint(200, 4000)) for d in earlier]
        status = "closed" if r.random() < 0.16 else "new"
        claims.append(dict(claim_no=f"C-{70200 + i}", policy_no=no, happened_on=happened, reported_on=happened + timedelta(gap), late_reason=late, amount=amount, claimant_email=mail(people(r, 1)[0], "post.example"), status=status))
        if status != "new":
            continue
        pay = max(0, amount - excess)
        recent = sum(months(happened, -24) < d < happened for d in earlier)
        if not start <= happened <= end:
            decision = "reject"
        elif gap > 30 and late != "hospital":
            decision = "refer"
        elif recent >= 2:
            decision = "refer"
        else:
            decision = "pay" if pay <= 2500 else "refer"
        expected.append(dict(claim_no=claims[-1]["claim_no"], decision=decision, payout=pay if decision == "pay" else 0, handler=handler))
    write(case, "data/office/claims.csv", claims[:34])
    write(case, "exam/office/claims.csv", claims)
    write(case, "data/office/policies.csv", policies)
    write(case, "data/office/paid_claims.csv", paid)
    write(case, "expected.csv", expected)


def clinic_recalls():
    r, case = random.Random(102), "clinic-recalls"
    every = {"diabetes": 3, "asthma": 12, "hypertension": 6, "thyroid": 12, "epilepsy": 9}
    patients, visits, expected = [], [], []
    for i, name in enumerate(people(r, 48)):
        no = f"PT{3000 + i}"
        has = [] if i % 8 == 5 else r.sample(list(every), r.choice([1, 1, 2, 3]))
        born = date(2026 - r.choice([8, 23, 37, 44, 58, 63, 70, 79, 82, 88]), r.randint(1, 12), r.randint(1, 28))
        email = "" if r.random() < 0.25 else mail(name, "mail.example")
        phone = "" if r.random() < 0.2 else f"+49 30 55{r.randint(10000, 99999)}"
        patients.append(dict(patient_id=no, name=name, born_on=born, email=email, phone=phone, conditions="; ".join(has)))
        mine = []
        for _ in range(r.choice([0, 2, 4, 6, 6])):
            mine.append(dict(patient_id=no, visit_date=day(-r.randint(10, 400)), kind=r.choice(["review", "review", "acute"]), outcome=r.choice(["attended", "attended", "missed"])))
        if r.random() < 0.2:
            mine.append(dict(patient_id=no, visit_date=day(r.randint(3, 40)), kind=r.choice(["review", "review", "acute"]), outcome="booked"))
        visits += mine
        if not has:
            continue
        done = [v["visit_date"] for v in mine if v["kind"] == "review" and v["outcome"] == "attended"]
        due = months(max(done), min(every[c] for c in has)) if done else T
        if any(v["kind"] == "review" and v["outcome"] == "booked" for v in mine):
            status = "booked"
        else:
            status = "wait" if due > day(14) else "recall"
        old = 2026 - born.year - ((T.month, T.day) < (born.month, born.day)) > 75
        channel = "none"
        if status == "recall":
            channel = "letter" if not email and not phone else "phone" if phone and (old or not email) else "email"
        expected.append(dict(patient_id=no, status=status, due_on=due, channel=channel))
    visits.sort(key=lambda v: (v["visit_date"], v["patient_id"]))
    write(case, "data/practice/patients.csv", patients)
    write(case, "data/practice/visits.csv", visits)
    write(case, "data/practice/intervals.csv", [dict(condition=c, months=m) for c, m in every.items()])
    write(case, "expected.csv", expected)


def parcel_delays():
    r, case = random.Random(103), "parcel-delays"
    promised = {"economy": 5, "standard": 3, "express": 1}
    parcels, scans, expected = [], [], []
    for i, name in enumerate(people(r, 52)):
        no, service = f"RX{880100 + i}", r.choice(list(promised))
        handed = add_workdays(day(-r.randint(6, 34)), 1)
        until = add_workdays(handed, promised[service])
        over = r.choice([0, 0, 0, 0, 1, 2, 2, 3, 4, 6, 7, 9])
        delivered = add_workdays(until, over) if over > 0 else until
        if delivered > day(-1) or r.random() < 0.15:
            delivered = None
        price, insured = r.choice([6.5, 9, 14, 22, 31.5]), r.choice([0, 50, 100, 500])
        status = "settled" if r.random() < 0.15 else "open"
        parcels.append(dict(parcel_no=no, customer_email=mail(name, "kunde.example"), service=service, handed_in=handed, delivered_on=delivered or "", price=price, insured_for=insured, status=status))
        events, at = [], handed
        last = delivered or day(-r.choice([1, 2, 3, 5, 12, 15]))
        while at < last:
            at = min(at + timedelta(r.randint(1, 4)), last)
            event = r.choice(["in transit", "sorted", "sorted", "out for delivery"])
            if r.random() < 0.07:
                event = r.choice(["customs hold", "wrong address"])
            events.append((at, event))
        events = events or [(handed, "accepted")]
        scans += [dict(parcel_no=no, scanned_on=d, place=r.choice(["Leipzig", "Lyon", "Gdansk", "Bologna"]), event=e) for d, e in events]
        if status != "open":
            continue
        late = workdays(until, delivered or T)
        if not delivered and (T - max(d for d, _ in events)).days > 10:
            state, refund = "lost", price + insured
        elif late == 0:
            state, refund = "on time", 0
        else:
            state = "late"
            if any(e in ("customs hold", "wrong address") for _, e in events):
                refund = 0
            elif service == "express" and late >= 2:
                refund = price
            else:
                refund = price * (0 if late < 2 else 0.25 if late < 4 else 0.5 if late < 7 else 1)
        expected.append(dict(parcel_no=no, state=state, days_late=late, refund=rounded(refund, 2)))
    write(case, "data/shipping/parcels.csv", parcels)
    write(case, "data/shipping/services.csv", [dict(service=s, promised_days=n) for s, n in promised.items()])
    write(case, "data/tracking/scans.csv", scans)
    write(case, "expected.csv", expected)


def leave_requests():
    r, case = random.Random(104), "leave-requests"
    teams = ["Bakery", "Front desk", "Warehouse", "Accounts"]
    leads = {t: mail(n, "lindhof.example") for t, n in zip(teams, people(r, 4))}
    holidays = [date(2026, 11, 26), date(2026, 12, 8), date(2026, 12, 25), date(2026, 12, 26)]
    staff, leave, requests, expected = [], [], [], []
    for i, name in enumerate(people(r, 28)):
        team = teams[i % 4]
        started = day(-r.choice([90, 120, 400, 900, 2000]))
        staff.append(dict(employee_id=f"E{510 + i}", name=name, team=team, manager_email=leads[team], allowance=r.choice([6, 12, 25]), started_on=started))
        for _ in range(r.choice([1, 2, 3])):
            a = day(r.choice([-r.randint(20, 300), -r.randint(340, 420), r.randint(1, 40)]))
            a += timedelta({5: 2, 6: 1}.get(a.weekday(), 0))
            b = a + timedelta(r.choice([0, 1, 3, 4, 11]))
            b -= timedelta({5: 1, 6: 2}.get(b.weekday(), 0))
            leave.append(dict(employee_id=staff[-1]["employee_id"], team=team, first_day=a, last_day=b, days=workdays(a - timedelta(1), b)))
    used = {}
    for i in range(42):
        s = r.choice(staff)
        a = day(r.choice([1, 2, 4, 9, 10, 14, 15, 21, 22, 28, 29]))
        a += timedelta({5: 2, 6: 1}.get(a.weekday(), 0))
        b = a + timedelta(r.choice([0, 0, 1, 2, 4, 8, 11]))
        b -= timedelta({5: 1, 6: 2}.get(b.weekday(), 0))
        kind = r.choice(["holiday", "holiday", "holiday", "sick"])
        status = r.choice(["pending", "pending", "pending", "pending", "approved"])
        requests.append(dict(request_id=f"LR-{900 + i}", employee_id=s["employee_id"], kind=kind, first_day=a, last_day=b, status=status))
        if kind == "sick" or status != "pending":
            continue
        days = workdays(a - timedelta(1), b) - sum(a <= h <= b and h.weekday() < 5 for h in holidays)
        taken = sum(x["days"] for x in leave if x["employee_id"] == s["employee_id"] and x["first_day"].year == 2026)
        left = s["allowance"] - taken
        away = {x["employee_id"] for x in leave if x["team"] == s["team"] and x["employee_id"] != s["employee_id"] and x["first_day"] <= b and a <= x["last_day"]}
        if months(s["started_on"], 6) > T:
            decision = "hr"
        elif days > left:
            decision = "decline"
        elif (a - T).days < 7 or len(away) >= 2:
            decision = "manager"
        else:
            decision = "approve"
        used[decision] = used.get(decision, 0) + 1
        expected.append(dict(request_id=f"LR-{900 + i}", decision=decision, days=days, days_left=left, manager=s["manager_email"]))
    assert len(used) == 4, used
    write(case, "data/hr/requests.csv", requests)
    write(case, "data/hr/employees.csv", staff)
    write(case, "data/hr/leave.csv", leave)
    write(case, "data/hr/public_holidays.csv", [dict(day=h, name=n) for h, n in zip(holidays, ["Founders' Day", "Town Day", "Christmas Day", "Boxing Day"])])
    write(case, "expected.csv", expected)


def library_fines():
    r, case = random.Random(105), "library-fines"
    rates = {"book": (0.2, 6), "dvd": (0.5, 10), "game": (1, 15)}
    members, loans, expected, n = [], [], [], 0
    for i, name in enumerate(people(r, 46)):
        no, category = f"M{20400 + i}", r.choice(["adult", "adult", "student", "child"])
        members.append(dict(member_no=no, name=name, category=category, email=mail(name, "reader.example")))
        fine, late, longest = 0, 0, 0
        for _ in range(r.choice([0, 1, 2, 3, 4])):
            kind, n = r.choice(list(rates)), n + 1
            due = day(-r.randint(1, 120))
            over = r.choice([-5, -1, 0, 2, 3, 4, 8, 20, 45, None])
            back = None if over is None else due + timedelta(over)
            if back and back > T:
                back = None
            loans.append(dict(loan_no=f"L{n:04}", member_no=no, kind=kind, due_on=due, returned_on=back or ""))
            days = ((back or T) - due).days
            if days > 3:
                late += 1
                per, most = rates[kind]
                fine += min((days - 3) * per, most)
            if not back:
                longest = max(longest, days)
        if not late:
            continue
        fine *= {"child": 0, "student": 0.5}.get(category, 1)
        standing = "blocked" if fine > 10 or longest > 60 else "open"
        expected.append(dict(member_no=no, late_items=late, fine=rounded(fine, 2), standing=standing))
    write(case, "data/library/members.csv", members[:30])
    write(case, "exam/library/members.csv", members)
    write(case, "data/library/loans.csv", loans)
    write(case, "data/library/rates.csv", [dict(kind=k, per_day=p, at_most=m) for k, (p, m) in rates.items()])
    write(case, "expected.csv", expected)


def school_admissions():
    r, case = random.Random(106), "school-admissions"
    rows = []
    lots = r.sample(range(100, 999), 44)
    for i, name in enumerate(people(r, 44)):
        received = date(2026, 10, 31) + timedelta(r.choice([-20, -9, -3, -1, 0, 1, 6]) if i % 4 == 0 else -r.randint(1, 60))
        rows.append(dict(application_no=f"A{2700 + i}", child=name, received_on=received, in_care="yes" if r.random() < 0.07 else "no", sibling_at_school="yes" if r.random() < 0.2 else "no", distance_km=r.choice([0.4, 0.7, 0.7, 1.1, 1.1, 1.6, 2.3, 3.8]), lot=lots[i], parent_email=mail(name, "family.example")))
    on_time = [x for x in rows if x["received_on"] <= date(2026, 10, 31)]
    on_time.sort(key=lambda x: (0 if x["in_care"] == "yes" else 1 if x["sibling_at_school"] == "yes" else 2, x["distance_km"], x["lot"]))
    place = {x["application_no"]: n for n, x in enumerate(on_time, 1)}
    assert len(on_time) < len(rows)
    expected = []
    for x in rows:
        n = place.get(x["application_no"])
        expected.append(dict(application_no=x["application_no"], outcome="late" if n is None else "offer" if n <= 15 else "waiting list"))
    write(case, "data/council/applications.csv", rows)
    write(case, "expected.csv", expected)


def property_maintenance():
    r, case = random.Random(107), "property-maintenance"
    texts = [
        ("Water is pouring through the bathroom ceiling right now and I can't stop it!!", "emergency", "plumbing"),
        ("I smell gas in the kitchen, quite strong, the boiler cupboard especially", "emergency", "heating"),
        ("The socket behind the fridge is sparking and there is smoke coming out", "emergency", "electrical"),
        ("Locked out. Key snapped in the front door lock and my toddler is inside alone", "emergency", "locks"),
        ("Sewage is coming up in the shower, the whole bathroom floor is covered", "emergency", "plumbing"),
        ("heating completely dead since last night, no radiator is warm", "urgent", "heating"),
        ("We've got no hot water at all since this morning", "urgent", "heating"),
        ("The only toilet in the flat doesn't flush any more", "urgent", "plumbing"),
        ("Power is off in half of the flat, the fuse won't go back in", "urgent", "electrical"),
        ("The front door doesn't lock any more, it just swings open", "urgent", "locks"),
        ("No heating in the whole flat again, engineer was here in October", "urgent", "heating"),
        ("Kitchen tap drips. Not a big thing, it's just annoying at night", "routine", "plumbing"),
        ("could someone look at the light in the hallway, it flickers now and then", "routine", "electrical"),
        ("One radiator in the spare room stays lukewarm, others are fine", "routine", "heating"),
        ("Please could I get a second key for the letterbox lock", "routine", "locks"),
        ("The wallpaper in the stairwell is coming off a bit", "routine", "other"),
        ("Washbasin drains slowly, it does go down after a minute", "routine", "plumbing"),
        ("A kitchen cupboard door is hanging loose on its hinge", "routine", "other"),
        ("Bulb in the stairwell is gone on floor 2", "routine", "electrical"),
        ("Toilet seat is cracked, would like a new one some time", "routine", "plumbing"),
        ("Burst pipe under the sink, the kitchen is flooding", "emergency", "plumbing"),
        ("Bedroom window handle is stiff, still opens though", "routine", "other"),
        ("No power in the entire flat, neighbours are fine", "urgent", "electrical"),
        ("The bedroom lock sticks sometimes when it is cold", "routine", "locks"),
    ]
    r.shuffle(texts)
    managers = {"Elm House": "d.varga@cityhomes.example", "Mill Court": "p.okoye@cityhomes.example"}
    flats = [dict(flat=f"{b[:1]}{n}", building=b, manager_email=m) for b, m in managers.items() for n in range(1, 9)]
    reports, expected = [], []
    for i, (text, urgency, trade) in enumerate(texts):
        flat, on = r.choice(flats), day(-r.choice([0, 3, 4, 5, 6]))
        reports.append(dict(report_no=f"MR-{610 + i}", flat=flat["flat"], reported_on=on, tenant_email=f"tenant.{flat['flat'].lower()}@home.example", text=text, state="new"))
        by = on if urgency == "emergency" else add_workdays(on, 2 if urgency == "urgent" else 10)
        expected.append(dict(report_no=f"MR-{610 + i}", urgency=urgency, trade=trade, visit_by=by, manager=flat["manager_email"]))
    for i, (text, *_) in enumerate(r.sample(texts, 5)):
        flat = r.choice(flats)
        reports.insert(4 * i, dict(report_no=f"MR-{560 + i}", flat=flat["flat"], reported_on=day(-r.randint(20, 60)), tenant_email=f"tenant.{flat['flat'].lower()}@home.example", text=text, state="done"))
    write(case, "data/desk/reports.csv", reports)
    write(case, "data/desk/flats.csv", flats)
    write(case, "expected.csv", expected)


def restaurant_stock():
    r, case = random.Random(108), "restaurant-stock"
    names = "flour,butter,eggs,milk,cream,olive oil,tomatoes,onions,garlic,rice,pasta,lentils,chickpeas,salmon,cod,chicken,lamb,beef,spinach,lettuce,lemons,oranges,apples,parmesan,feta,yoghurt,honey,sugar,salt,pepper,coffee,tea,wine white,wine red,sparkling water,napkins".split(",")
    items, counts, orders, expected = [], [], [], []
    for name in names:
        size, par = r.choice([1, 6, 10, 12, 25]), r.choice([10, 20, 36, 50, 80])
        price, most, gone = r.choice([4.2, 7.5, 12, 18.9, 33]), r.choice([2, 4, 8, 30]), r.random() < 0.1
        items.append(dict(item=name, supplier=r.choice(["Metzger", "Green & Co", "Baltic Fish", "Nordgross"]), par_level=par, pack_size=size, pack_price=price, most_packs=most, discontinued="yes" if gone else "no"))
        stale = r.random() < 0.15
        mine = [(day(-n), r.randint(0, par + 10)) for n in ([12, 20] if stale else sorted({r.choice([1, 2, 3]), 9, 16}))]
        counts += [dict(item=name, counted_on=d, quantity=q) for d, q in mine]
        coming = 0
        for _ in range(r.choice([0, 0, 1, 2])):
            packs, arrived = r.randint(1, 3), r.random() < 0.5
            orders.append(dict(item=name, ordered_on=day(-r.randint(2, 9)), packs=packs, arrived_on=day(-1) if arrived else ""))
            coming += 0 if arrived else packs
        if gone:
            continue
        lacks = par - max(mine)[1] - coming * size
        if stale:
            action, packs = "count first", 0
        elif lacks <= 0:
            action, packs = "enough", 0
        else:
            action, packs = "order", min(math.ceil(lacks / size), most)
        expected.append(dict(item=name, action=action, packs=packs, cost=rounded(packs * price, 2)))
    r.shuffle(counts)
    write(case, "data/kitchen/items.csv", items)
    write(case, "data/kitchen/counts.csv", counts)
    write(case, "data/kitchen/orders.csv", orders)
    write(case, "expected.csv", expected)


def hiring_screen():
    r, case = random.Random(109), "hiring-screen"
    least = {"engineer": 75, "analyst": 68, "support": 55, "designer": 64}
    rows, expected = [], []
    for i, name in enumerate(people(r, 44)):
        roles = r.sample(list(least), r.choice([1, 2, 3]))
        marks = [r.choice([35, 45, 55, 60, 70, 70, 80, 85, 90, 95]) for _ in range(4)]
        if i % 11 == 4:
            marks[2] = ""
        permit = "no" if r.random() < 0.12 else "yes"
        rows.append(dict(applicant_no=f"AP{1500 + i}", name=name, email=mail(name, "jobmail.example"), roles=", ".join(roles), skills=marks[0], experience=marks[1], interview=marks[2], language=marks[3], work_permit=permit))
        complete = "" not in marks
        score = sum(w * m for w, m in zip((0.4, 0.3, 0.2, 0.1), marks)) if complete else None
        reached = [x for x in roles if complete and score >= least[x] - 1e-9]
        role, strongest = "none", ""
        if complete:
            strongest = ["skills", "experience", "interview", "language"][marks.index(max(marks))]
        if permit == "no":
            step = "reject"
        elif not complete:
            step = "incomplete"
        elif reached:
            step, role = "invite", reached[0]
        else:
            step = "hold" if score >= min(least[x] for x in roles) - 5 - 1e-9 else "reject"
        expected.append(dict(applicant_no=rows[-1]["applicant_no"], score=rounded(score, 1) if complete else "", strongest=strongest, role=role, next_step=step))
    write(case, "data/ats/applicants.csv", rows[:30])
    write(case, "exam/ats/applicants.csv", rows)
    write(case, "data/ats/roles.csv", [dict(role=x, least_score=n, lead_email=f"{x}.lead@norrland.example") for x, n in least.items()])
    write(case, "expected.csv", expected)


def energy_meters():
    r, case = random.Random(110), "energy-meters"
    meters, readings, expected = [], [], []
    marks = [date(2025, 10, 1), date(2025, 11, 1), date(2026, 10, 1), date(2026, 11, 1)]
    for i in range(50):
        no, kind, by = f"EM-{330 + i}", r.choice(["water", "power", "gas"]), r.choice([1, 1, 1, 10, 40])
        live = r.random() > 0.1
        meters.append(dict(meter_no=no, site=r.choice(["Depot", "Pool", "Town hall", "School", "Museum"]), kind=kind, factor=by, state="live" if live else "removed"))
        before = r.randint(40, 400)
        now = round(before * r.choice([0.6, 0.9, 1.02, 1.1, 1.25, 1.4, 1.45, 1.7, 2.2]))
        first = r.randint(1000, 90000)
        values = [first, first + before, first + before + 3000, first + before + 3000 + now]
        fate = r.choice(["", "", "", "", "", "", "new", "gap", "estimated", "fault"])
        if fate == "fault":
            values[3] = values[2] - r.randint(5, 60)
        kinds = ["actual"] * 4
        if fate == "estimated":
            kinds[r.choice([2, 3])] = "estimated"
        keep = [2, 3] if fate == "new" else [0, 1, 2] if fate == "gap" else [0, 1, 2, 3]
        readings += [dict(meter_no=no, read_on=marks[n], reading=values[n], how=kinds[n]) for n in keep]
        if not live:
            continue
        usage, change = (values[3] - values[2]) * by, None
        if fate in ("gap", "estimated"):
            flag, usage = "no reading", ""
        elif usage < 0:
            flag = "meter fault"
        elif fate == "new":
            flag = "new"
        else:
            change = usage / ((values[1] - values[0]) * by) * 100 - 100
            flag = "leak" if kind == "water" and change > 50 else "high" if change > 30 else "ok"
            assert all(abs(change - x) > 0.06 for x in (30, 50))
        shown = rounded(change, 1) if change is not None else ""
        expected.append(dict(meter_no=no, usage=usage, change=shown, flag=flag))
    r.shuffle(readings)
    write(case, "data/grid/meters.csv", meters)
    write(case, "data/grid/readings.csv", readings)
    write(case, "expected.csv", expected)


def charity_grants():
    r, case = random.Random(111), "charity-grants"
    apps, reviews, expected = [], [], []
    regions = ["North", "South", "East", "West", "Islands"]
    for i in range(40):
        no = f"G{26100 + i}"
        apps.append(dict(application_no=no, charity=f"{r.choice(LAST)} {r.choice(['Trust', 'Foundation', 'Kitchen', 'Youth Club', 'Hospice'])}", region=r.choice(regions), asked_for=1000 * (i + 3) if i % 2 else 1000 * (60 - i), yearly_income=r.choice([40000, 180000, 420000, 950000, 1400000]), registered="no" if r.random() < 0.08 else "yes"))
        base = r.choice([4, 6, 7, 8])
        for reviewer in r.sample(people(random.Random(5), 7), r.choice([1, 2, 3, 4, 5])):
            need, impact, plan = (min(10, max(1, base + r.choice([-2, -1, 0, 0, 1, 2]))) for _ in range(3))
            reviews.append(dict(application_no=no, reviewer=reviewer, need=need, impact=impact, plan=plan))
    ranked = []
    for a in apps:
        marks = sorted(0.5 * v["impact"] + 0.3 * v["need"] + 0.2 * v["plan"] for v in reviews if v["application_no"] == a["application_no"])
        counted = marks[1:-1] if len(marks) >= 4 else marks
        score = float(rounded(sum(counted) / len(counted), 2))
        out = dict(application_no=a["application_no"], decision="", score=rounded(score, 2))
        if a["registered"] == "no" or a["yearly_income"] > 1000000:
            out["decision"] = "not eligible"
        elif len(marks) < 2:
            out["decision"] = "more reviews"
        elif score < 5.5:
            out["decision"] = "decline"
        else:
            out["decision"] = "reserve"
            ranked.append((-score, a["asked_for"], a["region"], out))
        expected.append(out)
    per, given = {}, 0
    for *_, region, out in sorted(ranked, key=lambda x: x[:2]):
        if given < 10 and per.get(region, 0) < 3:
            out["decision"], given, per[region] = "grant", given + 1, per.get(region, 0) + 1
    assert given == 10 and len(ranked) > 12
    write(case, "data/fund/applications.csv", apps)
    write(case, "data/fund/reviews.csv", reviews)
    write(case, "expected.csv", expected)


def onboarding_health():
    r, case = random.Random(112), "onboarding-health"
    csms = [mail(p, "tidewater.example") for p in people(r, 4)]
    accounts, tickets, expected, n = [], [], [], 0
    for i in range(54):
        no, started = f"AC-{1700 + i}", day(-r.choice([8, 12, 20, 35, 50, 70, 85, 89, 95, 140]))
        stage = r.choice(["onboarding", "onboarding", "onboarding", "live"])
        login = r.choice([0, 1, 3, 6, 9, 11, 12, 13, 16, 30])
        login = min(login, (T - started).days - 1)
        kickoff = r.choice([3, 7, 12, 16, 25, None])
        kick = started + timedelta(kickoff) if kickoff is not None and started + timedelta(kickoff) <= T else None
        seats = r.choice([10, 20, 40])
        active = r.randint(1, seats)
        csm = r.choice(csms)
        accounts.append(dict(account_id=no, name=f"{r.choice(LAST)} {r.choice(['Foods', 'Robotics', 'Media', 'Health'])}", stage=stage, started_on=started, kickoff_on=kick or "", last_login_on=day(-login), seats=seats, active_users=active, csm_email=csm, health=""))
        urgent = 0
        for _ in range(r.choice([0, 0, 1, 2, 4, 5])):
            n += 1
            priority, status = r.choice(["high", "high", "normal"]), r.choice(["open", "open", "solved"])
            tickets.append(dict(ticket_no=f"T{n:04}", account_id=no, priority=priority, status=status, subject=r.choice(["Cannot sign in", "Import stuck", "How do I add users", "SSO"])))
            urgent += priority == "high" and status == "open"
        if stage != "onboarding" or (T - started).days > 90:
            continue
        # As the changes have it: ten days without a login, not fourteen.
        if login > 10 or urgent >= 3:
            health = "red"
        elif (kick or T) > started + timedelta(14) or active < seats / 2:
            health = "yellow"
        else:
            health = "green"
        expected.append(dict(account_id=no, health=health, csm=csm))
    write(case, "data/crm/accounts.csv", accounts)
    write(case, "data/desk/tickets.csv", tickets)
    write(case, "expected.csv", expected)


def van_service():
    r, case = random.Random(113), "van-service"
    rows, expected = [], []
    for i in range(45):
        no, km = f"HB {r.randint(100, 999)} {'ABCDEFGH'[i % 8]}{i:02}", r.randint(20000, 180000)
        days, since = r.choice([20, 120, 250, 329, 331, 350, 364, 366, 420]), r.choice([900, 6000, 12000, 17900, 18000, 19500, 20000, 24000])
        use = "no" if r.random() < 0.15 else "yes"
        rows.append(dict(van=no, depot=r.choice(["Bremen", "Kiel", "Lübeck"]), lead_email=r.choice(["ole@hansevan.example", "mia@hansevan.example"]), odometer_km=km, last_service_on=day(-days), last_service_km=km - since, in_use=use))
        if use == "yes":
            service = "due" if days > 365 or since >= 20000 else "soon" if days > 330 or since >= 18000 else "fine"
            expected.append(dict(van=no, service=service, lead=rows[-1]["lead_email"]))
    write(case, "data/fleet/vans.csv", rows[:28])
    write(case, "exam/fleet/vans.csv", rows)
    write(case, "expected.csv", expected)


for make in [motor_claims, clinic_recalls, parcel_delays, leave_requests, library_fines, school_admissions, property_maintenance, restaurant_stock, hiring_screen, energy_meters, charity_grants, onboarding_health, van_service]:
    make()
