#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

fn scope() -> Scope {
    let mut scope = Scope::new();
    let value = json!({
        "run": {"date": "2026-03-02", "time": "2026-03-02T09:30:00Z", "id": "r1"},
        "account": {"name": "Acme", "health": 42, "renews": "2026-05-01", "owner": null, "plan": "pro", "seats": 3.0, "final status": "won"},
        "tickets": [{"status": "open", "age": 3}, {"status": "closed", "age": 9}, {"status": "open", "age": null}],
    });
    for (name, value) in value.as_object().unwrap() {
        scope.set(name, from_json(value));
    }
    scope
}

fn eval(source: &str) -> serde_json::Value {
    let scope = scope();
    let value = Condition::compile(source).unwrap().eval(&scope).unwrap();
    serde_json::to_value(&value).unwrap()
}

fn fails(source: &str) -> String {
    match Condition::compile(source) {
        Err(error) => error.message,
        Ok(condition) => condition.eval(&scope()).unwrap_err().message,
    }
}

#[test]
fn expressions_give_values() {
    for (source, expected) in [
        ("account.health < 50 and account.plan == 'pro'", json!(true)),
        ("{{ account.health }}", json!(42)),
        ("(account.health - 21) / 42", json!(0.5)),
        ("7 // 2 + 7 % 4", json!(6)),
        ("-account.health + 2 ** 3", json!(-34)),
        ("account['final status']", json!("won")),
        ("1 < 2 < 3", json!(true)),
        ("'open' if account.health > 50 else 'shut'", json!("shut")),
        ("account.plan in ['pro', 'team']", json!(true)),
        ("account.plan not in ['pro', 'team']", json!(false)),
        (
            "tickets | selectattr('status', 'eq', 'open') | list | length",
            json!(2),
        ),
        (
            "tickets | where(\"item.status == 'open' and item.age < account.health\") | length",
            json!(1),
        ),
        ("any(tickets, \"item.age > 8\")", json!(true)),
        ("all(tickets, \"item.age > 8\")", json!(false)),
        ("account.name.lower()", json!("acme")),
        ("days_until(account.renews)", json!(60)),
        ("days_since('2026-02-28T10:00:00Z')", json!(2)),
        ("hours_since('2026-03-02T08:00:00Z')", json!(1.5)),
        (
            "business_days_between('2026-02-27', '2026-03-02')",
            json!(1),
        ),
        ("add_business_days('2026-02-27', 2)", json!("2026-03-03")),
        ("add_business_days('2026-02-27', none)", json!(null)),
        ("add_months('2026-01-31', 1)", json!("2026-02-28")),
        ("parse_date('22/01/2024', '%d/%m/%Y')", json!("2024-01-22")),
        ("format_date(today(), '%B %-d, %Y')", json!("March 2, 2026")),
        ("weekday(today())", json!("Monday")),
        ("round(2.345, 2)", json!(2.35)),
        ("percent_change(80, 60)", json!(-25)),
        ("sum(tickets, 'age')", json!(12)),
        ("avg([1, none, 3])", json!(2)),
        ("max(1, 5, none)", json!(5)),
        ("max(none, '2026-01-02')", json!("2026-01-02")),
        ("max(account.owner, 'age')", json!(null)),
        ("percent_change(max(account.owner, 'age'), 5)", json!(null)),
        ("number('300 Mbps')", json!(300)),
        ("number('soon', 0)", json!(0)),
        (
            "count_true(account.health < 50, account.plan == 'pro', false)",
            json!(2),
        ),
        (
            "best_of({'a': 2, 'b': 3, 'c': 3}, ['c', 'b', 'a'])",
            json!("c"),
        ),
        ("extract('order P123-9', 'P(\\\\d+)')", json!("123")),
        ("matches('P_12345', '^P_[0-9]{5}$')", json!(true)),
        (r"matches('P_12345', '^P_\d{5}$')", json!(true)),
        (r"matches('P_12345', '^P_\\d{5}$')", json!(true)),
        ("parse_json(\"{'a': [True, None]}\").a[0]", json!(true)),
        (
            "(tickets | where(\"item.age > 99\") | first).status",
            json!(null),
        ),
        ("['a'] + ['b', 1]", json!(["a", "b", 1])),
        ("format_number(1234567.891, 2)", json!("1,234,567.89")),
        ("format_number(-950)", json!("-950")),
        ("account.owner | length", json!(null)),
        (
            "[account.name, \"it's\"] | tojson",
            json!("[\"Acme\",\"it's\"]"),
        ),
        ("['a'] | tojson(indent=2)", json!("[\n  \"a\"\n]")),
        ("coalesce(account.owner, 'nobody')", json!("nobody")),
        ("account.owner | default('nobody')", json!("nobody")),
        ("account.owner is missing and 'N/A' is missing", json!(true)),
    ] {
        assert_eq!(eval(source), expected, "{source}");
    }
}

#[test]
fn a_missing_value_compares_false_and_is_noted() {
    let scope = scope();
    for source in [
        "account.owner < 5",
        "account.owner >= 5",
        "account.owner != 'x'",
        "account.owner == 'x'",
    ] {
        assert!(
            !Condition::compile(source).unwrap().holds(&scope).unwrap(),
            "{source}"
        );
    }
    assert_eq!(
        scope.take_notes(),
        [
            "account.owner < 5",
            "account.owner >= 5",
            "account.owner != 'x'"
        ]
    );
    assert_eq!(eval("account.owner + 1"), json!(null));
    assert_eq!(eval("1 / 0"), json!(null));
    assert_eq!(eval("account.owner == none"), json!(true));
    assert_eq!(eval("account.plan != none"), json!(true));
    assert_eq!(eval("days_until(account.owner)"), json!(null));
}

#[test]
fn errors_are_sentences() {
    assert!(fails("account.plan < 5").contains("compares a text with a number"));
    assert!(fails("account.plan - 5").contains("calculates with a text and a number"));
    assert!(fails("nobody == 5").contains("no `nobody`"));
    assert!(fails("days_until('soon')").contains("needs a date"));
    assert!(fails("account.health <").contains("is not an expression"));
    assert!(fails("matches('a', '(')").contains("not a regular expression"));
    assert!(fails("round()").contains("round(x, places)"));
}

#[test]
fn what_is_filled_into_markup_stays_text() {
    let mut scope = Scope::new();
    scope.set("name", Value::from("<b>Tom & \"Co\"</b>"));
    scope.set("n", Value::from(3.0));
    let markup = |source: &str| Template::compile(source).unwrap().markup(&scope).unwrap();
    let escaped = "&lt;b&gt;Tom &amp; &quot;Co&quot;&lt;&#x2f;b&gt;";
    assert_eq!(markup("<p>{{ name }}</p>"), format!("<p>{escaped}</p>"));
    assert_eq!(markup("{{ name }}"), escaped);
    assert_eq!(
        markup("<p>{{ name | safe }}</p>"),
        "<p><b>Tom & \"Co\"</b></p>"
    );
    assert_eq!(markup("<p>{{ name | e }}</p>"), format!("<p>{escaped}</p>"));
    let block = "{% if n > 2 %}<i>{{ name }} {{ n }}</i>{% endif %}";
    assert_eq!(markup(block), format!("<i>{escaped} 3</i>"));
    assert_eq!(markup("<p>1 &lt; 2</p>"), "<p>1 &lt; 2</p>");
}

#[test]
fn templates_keep_types_or_give_text() {
    let scope = scope();
    let eval = |source: &str| {
        serde_json::to_value(Template::compile(source).unwrap().eval(&scope).unwrap()).unwrap()
    };
    assert_eq!(eval("plain"), json!("plain"));
    assert_eq!(eval("{{ account.health }}"), json!(42));
    assert_eq!(
        eval("Renewal: {{ account.name }}, {{ account.seats }} seats"),
        json!("Renewal: Acme, 3 seats")
    );
    assert_eq!(eval("by {{ account.owner }}"), json!("by (not known)"));
    assert_eq!(eval("sick: {{ account.health < 50 }}"), json!("sick: true"));
    assert_eq!(
        eval(
            "{% for t in tickets if t.age > 2 %}\n- {{ t.status }}: {{ t.age }}\n{% else %}none{% endfor %}"
        ),
        json!("- open: 3\n- closed: 9\n")
    );
    assert_eq!(
        eval("{% if account.owner > 3 %}a{% elif account.health < 50 %}b{% endif %}"),
        json!("b")
    );
    assert_eq!(
        eval("{% set n = account.health + 1 %}{{ n }} {{ '{{' }}"),
        json!("43 {{")
    );
    assert!(Template::compile("{% include 'x' %}").is_err());
    assert!(Template::compile("{{ a").is_err());
}

#[test]
fn an_endless_loop_ends_soon_with_a_clear_error() {
    let mut scope = Scope::new();
    scope.set(
        "n",
        Value::from((0..3000).map(Value::from).collect::<Vec<_>>()),
    );
    let template = Template::compile("{% for a in n %}{% for b in n %}{% for c in n %}{{ a * b * c }}{% endfor %}{% endfor %}{% endfor %}").unwrap();
    let started = Instant::now();
    let error = template.eval(&scope).unwrap_err();
    assert!(
        error.message.contains("takes too long"),
        "{}",
        error.message
    );
    assert!(started.elapsed() < Duration::from_secs(20), "it ends");
}

#[test]
fn reading_finds_what_is_wrong_without_running() {
    let mut names = Names::new();
    names.insert(
        "account".into(),
        Type::object([
            ("name".to_owned(), Type::Text),
            ("health_score".to_owned(), Type::Number),
            ("renews".to_owned(), Type::Date),
            ("active".to_owned(), Type::Boolean),
            (
                "status".to_owned(),
                Type::one_of(
                    vec!["active".into(), "churned".into()],
                    false,
                    "the sample data",
                ),
            ),
        ]),
    );
    names.insert(
        "tickets".into(),
        Type::list(Type::object([("status".to_owned(), Type::Text)])),
    );
    let problems = |source: &str| -> Vec<Problem> {
        let condition = Condition::compile(source).unwrap();
        infer(condition.node(), &names)
            .findings
            .into_iter()
            .map(|f| f.problem)
            .collect()
    };
    for (source, expected) in [
        (
            "account.health_score < 50 and account.status == 'active'",
            vec![],
        ),
        ("acount.name == 'x'", vec![Problem::UnknownName]),
        ("health_score < 50", vec![Problem::UnknownName]),
        ("account.helth < 50", vec![Problem::UnknownField]),
        ("account.name < 50", vec![Problem::Mismatch]),
        ("account.active == 'true'", vec![Problem::Mismatch]),
        ("account.status == 'Active'", vec![Problem::NotInSample]),
        (
            "account.status in ['active', 'gone']",
            vec![Problem::NotInSample],
        ),
        ("account.renews < '3 weeks'", vec![Problem::Mismatch]),
        ("account.renews - 5 > 3", vec![Problem::Mismatch]),
        ("days_until(account.renews) <= 90", vec![]),
        ("days_until(account.name) <= 90", vec![Problem::Mismatch]),
        ("tickets > 3", vec![Problem::Mismatch]),
        ("tickets.status == 'open'", vec![Problem::UnknownField]),
        (
            "tickets | selectattr('state', 'eq', 'open') | list | length > 2",
            vec![Problem::UnknownField],
        ),
        (
            "tickets | where(\"item.state == 'open'\") | length > 2",
            vec![Problem::UnknownField],
        ),
        ("len(tickets) > 2", vec![Problem::UnknownFunction]),
        ("account.name is empty", vec![Problem::UnknownFunction]),
        ("days_until() < 4", vec![Problem::Arguments]),
    ] {
        assert_eq!(problems(source), expected, "{source}");
    }
    let reading = infer(
        Condition::compile("account.health_score / account.health_score > 1 and tickets")
            .unwrap()
            .node(),
        &names,
    );
    assert!(reading.reads.contains("account.health_score") && reading.reads.contains("tickets"));
    assert_eq!(reading.divisors.len(), 1);
}

#[test]
fn conditions_read_as_words() {
    for (source, expected) in [
        (
            "account.health_score < 50 and signals.usage_drop > 0.2",
            "health score is below 50 and usage drop is above 0.2",
        ),
        (
            "row.status == 'active' and days_until(row.renewal_date) <= 90",
            "status is “active” and renewal date is at most 90 days away",
        ),
        (
            "a.x == true or not (b.y in ['p', 'q'])",
            "x is yes or y is not one of “p”, “q”",
        ),
        ("account.owner is missing", "owner is missing"),
        (
            "tickets | where(\"item.status == 'open'\") | length >= 3",
            "the number of tickets where status is “open” is at least 3",
        ),
    ] {
        assert_eq!(
            words(Condition::compile(source).unwrap().node()),
            expected,
            "{source}"
        );
    }
}
