//! Databases on real servers: what tables are, how rows come and are narrowed, how one is changed,
//! and what is told when something is wrong.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/databases.rs"]
mod databases;
mod support;

use std::path::Path;
use std::sync::Arc;

use databases::{Database, PASSWORD, tell_mariadb, tell_postgres};
use indexmap::IndexMap;
use serde_json::{Value, json};
use sopwright::connect::{
    ConnectError, ConnectErrorKind, Connection, Connections, ConnectionsConfig, Narrowing, Row,
    Scan,
};
use sopwright::engine::CompiledPull;
use sopwright::expr::{Scope, from_json};
use sopwright::rehearse::case_rows;
use sopwright::spec::{FieldType, Pull};
use support::Place;

/// Opens connections: `db`, and others that are given.
fn opened(config: &str) -> Connections {
    let config: ConnectionsConfig = toml::from_str(config).unwrap();
    let env = |name: &str| match name {
        "PASSWORD" => Some(PASSWORD.to_owned()),
        "WRONG" => Some("wr0ng-s3cret".to_owned()),
        _ => None,
    };
    Connections::open(&config, Path::new("/"), &env)
}

fn section(kind: &str, port: u16, user: &str, more: &str) -> String {
    format!(
        "kind = '{kind}'\nhost = '127.0.0.1'\nport = {port}\ndatabase = '{}'\nuser = '{user}'\npassword = 'env:PASSWORD'\n{more}\n",
        if kind == "postgres" {
            "postgres"
        } else {
            "crm"
        }
    )
}

fn one(config: &str) -> Arc<dyn Connection> {
    let all = opened(&format!("[db]\n{config}"));
    all.get("db").unwrap().clone()
}

fn object(value: Value) -> Row {
    value.as_object().unwrap().clone()
}

async fn rows(connection: &dyn Connection, scan: Scan) -> Result<Vec<Row>, ConnectError> {
    connection.scan(scan).await?.collect(usize::MAX).await
}

const POSTGRES: &str = r#"
CREATE TYPE mood AS ENUM ('happy', 'cross');
CREATE TABLE accounts (
    id text PRIMARY KEY, seats integer, price numeric(10,2), score double precision, active boolean,
    due date, seen timestamptz, token uuid, tags text[], extra jsonb, mood mood, photo bytea,
    code char(4), "odd ""name'; drop table accounts" text);
INSERT INTO accounts VALUES
 ('007', 5, 12.50, 0.1, true, '2024-04-22', '2024-04-22 10:30:15.75+02', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
  '{vip,"a b"}', '{"a": 1}', 'happy', '\x00', 'DE', 'it''s "x"; drop table accounts'),
 ('008', NULL, 'NaN', 'Infinity', false, 'infinity', '-infinity', NULL, NULL, NULL, NULL, NULL, NULL, ''),
 ('n/a-1', 0, 1000000, -2.5, NULL, '1999-12-31', '1969-12-31 23:59:59.5+00', NULL, '{}', '[]', 'cross', NULL, 'F', 'N/A');
CREATE VIEW active AS SELECT id, seats FROM accounts WHERE active;
CREATE TABLE twins (id integer, name text);
INSERT INTO twins VALUES (1, 'a'), (1, 'b'), (2, 'c');
CREATE TABLE unused (n bigint, at timestamp);
CREATE TABLE secrets (n integer);
CREATE SCHEMA sales;
CREATE TABLE sales.deals (id bigserial PRIMARY KEY, amount numeric);
CREATE ROLE reader LOGIN PASSWORD 'pa''s"s w0rd';
GRANT SELECT ON accounts, active TO reader;
"#;

const MARIADB: &str = r#"CREATE TABLE accounts (
    id varchar(20) PRIMARY KEY, seats integer, price decimal(10,2), score double, active tinyint(1),
    due date, seen datetime(3), changed timestamp NULL, mood enum('happy', 'cross'), photo blob,
    stars tinyint(1), `odd ``name'; drop table accounts` text);
INSERT INTO accounts VALUES
 ('007', 5, 12.50, 0.1, 1, '2024-04-22', '2024-04-22 08:30:15.75', '2024-04-22 08:30:15', 'happy', x'00', 4, 'it''s "x"; drop table accounts'),
 ('008', NULL, NULL, NULL, 0, '0000-00-00', NULL, NULL, NULL, NULL, 5, ''),
 ('n/a-1', 0, 1000000, -2.5, NULL, '1999-12-31', '1969-12-31 23:59:59.5', NULL, 'cross', NULL, 1, 'N/A');
CREATE VIEW active AS SELECT id, seats FROM accounts WHERE active;
CREATE TABLE twins (id integer, name text);
INSERT INTO twins VALUES (1, 'a'), (1, 'b'), (2, 'c');
CREATE TABLE unused (n bigint, at datetime);
CREATE TABLE secrets (n integer);
CREATE USER 'reader'@'%' IDENTIFIED BY 'pa''s"s w0rd';
GRANT SELECT ON crm.accounts TO 'reader'@'%';
GRANT SELECT ON crm.active TO 'reader'@'%';
"#;

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let Some(mut server) = databases::postgres() else {
        return;
    };
    tell_postgres(server.port, POSTGRES).await;
    let db = one(&section("postgres", server.port, "ann", "writable = true"));
    let info = db.describe().await.unwrap();
    assert_eq!(info.problem, None);
    let names: Vec<&String> = info.tables.keys().collect();
    assert_eq!(names, ["accounts", "active", "secrets", "twins", "unused"]);
    let accounts = &info.tables["accounts"];
    use FieldType::{Boolean, Date, Integer, List, Number, Text, Time};
    let fields: Vec<FieldType> = accounts.columns.values().map(|c| c.field).collect();
    assert_eq!(
        fields,
        [
            Text, Integer, Number, Number, Boolean, Date, Time, Text, List, Text, Text, Text, Text,
            Text
        ]
    );
    assert_eq!(accounts.rows, Some(3));
    assert!(accounts.writable && !info.tables["active"].writable);
    assert_eq!(
        accounts.notes,
        ["`photo` holds binary data, which is left out."]
    );

    let all = rows(&*db, Scan::all("accounts")).await.unwrap();
    let odd = "odd \"name'; drop table accounts";
    assert_eq!(
        Value::Object(all[0].clone()),
        json!({ "id": "007", "seats": 5, "price": 12.5, "score": 0.1, "active": true, "due": "2024-04-22",
            "seen": "2024-04-22T08:30:15Z", "token": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "tags": ["vip", "a b"], "extra": "{\"a\": 1}", "mood": "happy", "photo": null, "code": "DE",
            odd: "it's \"x\"; drop table accounts" })
    );
    let second = all[1].values().filter(|value| !value.is_null()).count();
    assert_eq!(
        second, 2,
        "only its id and `active` are there: {:?}",
        all[1]
    );
    assert_eq!(all[2]["seen"], "1969-12-31T23:59:59Z");
    let raw = Scan {
        table: "accounts".to_owned(),
        fields: IndexMap::from([("price".to_owned(), Text), ("seats".to_owned(), Text)]),
    };
    assert_eq!(
        rows(&*db, raw).await.unwrap()[0],
        object(json!({ "price": "12.50", "seats": "5" }))
    );
    let sales = one(&section("postgres", server.port, "ann", "schema = 'sales'"));
    assert_eq!(sales.describe().await.unwrap().tables.len(), 1);

    changes(&*db, odd).await;
    let list = object(
        json!({ "tags": ["x", "y, z"], "seen": "2024-05-01T00:00:00Z", "extra": {"b": [1]}, "price": null }),
    );
    assert_eq!(
        db.update("accounts", &object(json!({ "id": "007" })), &list)
            .await
            .unwrap(),
        1
    );
    let all = rows(&*db, Scan::all("accounts")).await.unwrap();
    assert_eq!(all[0]["tags"], json!(["x", "y, z"]));
    assert_eq!(
        (&all[0]["seen"], &all[0]["price"]),
        (&json!("2024-05-01T00:00:00Z"), &Value::Null)
    );
    let misfit = object(json!({ "seats": "many" }));
    let error = db
        .update("accounts", &object(json!({ "id": "007" })), &misfit)
        .await
        .unwrap_err();
    assert!(error.message.contains("invalid input syntax"), "{error}");

    wrongs("postgres", server.port).await;
    let made = "CREATE TABLE facts AS SELECT g AS id, md5((g / 7)::text) AS filler, now() - g * interval '1 minute' AS at FROM generate_series(1, 200000) g;
        ALTER TABLE facts ADD PRIMARY KEY (id)";
    tell_postgres(server.port, made).await;
    tell_postgres(server.port, &like("postgres")).await;
    let read = section("postgres", server.port, "ann", "");
    narrowed(&opened(&format!("[db]\n{read}")), true).await;
    goes_away("postgres", &mut server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb() {
    let Some(mut server) = databases::mariadb() else {
        return;
    };
    tell_mariadb(server.port, &format!("SET sql_mode = '';\n{MARIADB}")).await;
    let db = one(&section("mysql", server.port, "ann", "writable = true"));
    let info = db.describe().await.unwrap();
    assert_eq!(info.problem, None);
    let names: Vec<&String> = info.tables.keys().collect();
    assert_eq!(names, ["accounts", "active", "secrets", "twins", "unused"]);
    let accounts = &info.tables["accounts"];
    use FieldType::{Boolean, Date, Integer, Number, Text, Time};
    let fields: Vec<FieldType> = accounts.columns.values().map(|c| c.field).collect();
    assert_eq!(
        fields,
        [
            Text, Integer, Number, Number, Boolean, Date, Time, Time, Text, Text, Integer, Text
        ]
    );
    assert!(accounts.writable && !info.tables["active"].writable);
    let all = rows(&*db, Scan::all("accounts")).await.unwrap();
    let odd = "odd `name'; drop table accounts";
    assert_eq!(
        Value::Object(all[0].clone()),
        json!({ "id": "007", "seats": 5, "price": 12.5, "score": 0.1, "active": true, "due": "2024-04-22",
            "seen": "2024-04-22T08:30:15Z", "changed": "2024-04-22T08:30:15Z", "mood": "happy", "photo": null,
            "stars": 4, odd: "it's \"x\"; drop table accounts" })
    );
    assert_eq!((&all[1]["due"], &all[1][odd]), (&Value::Null, &Value::Null));
    changes(&*db, odd).await;
    // A number that is looked for in a text is no text, and the other way round.
    let set = object(json!({ "seats": 1 }));
    let zero = object(json!({ "seats": "none of them" }));
    assert_eq!(db.update("accounts", &zero, &set).await.unwrap(), 0);
    let shouted = object(json!({ "id": "N/A-1" }));
    assert_eq!(db.update("accounts", &shouted, &set).await.unwrap(), 0);
    wrongs("mysql", server.port).await;
    let made = "CREATE TABLE facts (id int PRIMARY KEY, filler varchar(40), at datetime);
INSERT INTO facts SELECT seq, md5(seq DIV 7), now() - INTERVAL seq MINUTE FROM seq_1_to_200000";
    tell_mariadb(server.port, made).await;
    tell_mariadb(server.port, &like("mysql")).await;
    let read = section("mysql", server.port, "ann", "");
    narrowed(&opened(&format!("[db]\n{read}")), true).await;
    goes_away("mysql", &mut server).await;
}

/// One row is changed, told by its key; never none that is not there, nor several, nor a view.
async fn changes(db: &dyn Connection, odd: &str) {
    let set = object(json!({ "seats": 9, "active": true, odd: "'); drop table accounts; --" }));
    let key = object(json!({ "id": "008", "seats": null }));
    assert_eq!(db.update("accounts", &key, &set).await.unwrap(), 1);
    assert_eq!(db.update("accounts", &key, &set).await.unwrap(), 0);
    let same = object(json!({ "id": "008" }));
    assert_eq!(
        db.update("accounts", &same, &set).await.unwrap(),
        1,
        "it is as it was"
    );
    let all = rows(db, Scan::all("accounts")).await.unwrap();
    assert_eq!(all[1]["seats"], 9);
    assert_eq!(all[1][odd], "'); drop table accounts; --");
    let odd_key = object(json!({ odd: "'); drop table accounts; --" }));
    assert_eq!(
        db.update("accounts", &odd_key, &object(json!({ "seats": 10 })))
            .await
            .unwrap(),
        1
    );

    let (key, named) = (object(json!({ "id": 1 })), object(json!({ "name": "z" })));
    let error = db.update("twins", &key, &named).await.unwrap_err();
    assert!(error.message.contains("fits 2 rows") && error.message.contains("nothing was changed"));
    let twins = rows(db, Scan::all("twins")).await.unwrap();
    assert!(twins.iter().all(|row| row["name"] != "z"), "{twins:?}");

    let (key, seats) = (
        object(json!({ "id": "007" })),
        object(json!({ "seats": 1 })),
    );
    let error = db.update("active", &key, &seats).await.unwrap_err();
    assert!(error.message.contains("only to be read"), "{error}");
    let injected = object(json!({ "id\" = id OR \"id": "x" }));
    let error = db.update("accounts", &injected, &set).await.unwrap_err();
    assert!(error.message.contains("no column"), "{error}");
    assert!(db.update("accounts", &Row::new(), &set).await.is_err());
}

/// What is wrong is told, with what to do, and without a secret.
async fn wrongs(kind: &str, port: u16) {
    let sealed = one(&section(kind, port, "ann", ""));
    let key = object(json!({ "id": "007" }));
    let error = sealed.update("accounts", &key, &key).await.unwrap_err();
    assert!(error.message.contains("only to be read"), "{error}");
    let error = rows(&*sealed, Scan::all("acounts")).await.unwrap_err();
    assert_eq!(error.kind, ConnectErrorKind::UnknownName);
    assert!(error.help.unwrap().contains("Did you mean `accounts`?"));
    let gone = Scan {
        table: "accounts".to_owned(),
        fields: IndexMap::from([("seets".to_owned(), FieldType::Integer)]),
    };
    let error = rows(&*sealed, gone).await.unwrap_err();
    assert!(matches!(error.kind, ConnectErrorKind::Drift { .. }));
    let misfit = Scan {
        table: "accounts".to_owned(),
        fields: IndexMap::from([("score".to_owned(), FieldType::Integer)]),
    };
    let error = rows(&*sealed, misfit).await.unwrap_err();
    assert!(
        error.message.contains("row 1: `score` holds \"0.1\""),
        "{error}"
    );

    // A reader sees what it may read, and nothing else.
    let reader = one(&section(kind, port, "reader", "writable = true"));
    let info = reader.describe().await.unwrap();
    let names: Vec<&String> = info.tables.keys().collect();
    assert_eq!(
        (names, info.problem),
        (vec![&"accounts".to_owned(), &"active".to_owned()], None)
    );
    let error = rows(&*reader, Scan::all("secrets")).await.unwrap_err();
    assert_eq!(error.kind, ConnectErrorKind::UnknownName);
    let error = reader
        .update("accounts", &key, &object(json!({ "seats": 0 })))
        .await
        .unwrap_err();
    assert!(error.message.contains("`reader` may not"), "{error}");
    let some = one(&section(kind, port, "ann", "tables = ['twins', 'none']"));
    let info = some.describe().await.unwrap();
    assert_eq!(info.tables.len(), 1);
    assert!(info.problem.unwrap().contains("`none`"));

    let wrong = section(kind, port, "ann", "").replace("env:PASSWORD", "env:WRONG");
    let error = one(&wrong).describe().await.unwrap_err();
    assert!(
        error.message.contains("does not let in the user `ann`"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("wr0ng"), "{error:?}");
    let encrypted = section(kind, port, "ann", "tls = 'verify'");
    let error = one(&encrypted).describe().await.unwrap_err();
    assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
    let nowhere = section(kind, 1, "ann", "");
    let error = one(&nowhere).describe().await.unwrap_err();
    assert!(
        error.is_transient() && error.message.contains("127.0.0.1:1"),
        "{error}"
    );
}

/// A table of everything that comparing could go wrong with.
fn like(kind: &str) -> String {
    let is_postgres = kind == "postgres";
    let (moment, float) = match is_postgres {
        true => ("timestamptz", "double precision"),
        false => ("datetime(3)", "double"),
    };
    let is_mysql = kind == "mysql";
    let texts = [
        "open", "Open", "OPEN", " open", "open ", "offen", "", "N/A", "null", "-", "ö", "o\u{a0}",
        "5", "007",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let mut made = format!(
        "CREATE TABLE likes (id integer PRIMARY KEY, name varchar(20), n integer, big bigint, price numeric(12,2), \
         wide numeric(30,20), score {float}, yes boolean, due date, seen {moment});\n"
    );
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    for id in 0..400 {
        let mut or_null = |text: String| match random.u8(..5) {
            0 => "NULL".to_owned(),
            _ => text,
        };
        let mut pick = fastrand::Rng::with_seed(id);
        let name = or_null(literal(texts[pick.usize(..texts.len())]));
        let n = or_null(pick.i32(-3..9).to_string());
        let big = or_null((9_007_199_254_740_990i64 + pick.i64(-4..6)).to_string());
        let price = or_null(match pick.u8(..12) {
            0 if is_postgres => "'NaN'".to_owned(),
            _ => format!(
                "{}.{}",
                pick.i32(-1..6),
                ["00", "10", "50"][pick.usize(..3)]
            ),
        });
        let wide = or_null(
            [
                "5",
                "4.99999999999999999999",
                "5.00000000000000000001",
                "4.5",
            ][pick.usize(..4)]
            .to_owned(),
        );
        let score = or_null(match pick.u8(..12) {
            0 if is_postgres => "'Infinity'".to_owned(),
            1 if is_postgres => "'NaN'".to_owned(),
            _ => ["0.1", "5", "-2.5", "0.30000000000000004"][pick.usize(..4)].to_owned(),
        });
        let yes = or_null(["true", "false"][pick.usize(..2)].to_owned());
        let due = or_null(match pick.u8(..12) {
            0 if is_postgres => "'infinity'".to_owned(),
            0 => "'0000-00-00'".to_owned(),
            _ => format!("'2026-03-{:02}'", pick.u8(1..29)),
        });
        let zone = if is_postgres { "+00" } else { "" };
        let seen = or_null(match pick.u8(..12) {
            0 if is_postgres => "'-infinity'".to_owned(),
            _ => format!(
                "'2026-03-{:02} {:02}:00:{:02}.{}{zone}'",
                pick.u8(8..12),
                [0, 23][pick.usize(..2)],
                [0, 59][pick.usize(..2)],
                ["000", "500", "999"][pick.usize(..3)]
            ),
        });
        made += &format!(
            "INSERT INTO likes VALUES ({id}, {name}, {n}, {big}, {price}, {wide}, {score}, {yes}, {due}, {seen});\n"
        );
    }
    match is_mysql {
        true => format!("SET sql_mode = '';\n{made}"),
        false => made,
    }
}

/// Returns a condition that somebody might write.
fn condition(random: &mut fastrand::Rng, depth: u8) -> String {
    let mut one = |all: &[&str]| all[random.usize(..all.len())].to_owned();
    let order = one(&["==", "!=", "<", "<=", ">", ">="]);
    let same = one(&["==", "!="]);
    let text = one(&["'open'", "'Open'", "'ö'", "'N/A'", "''", "'5'", "'open '"]);
    let number = one(&[
        "5",
        "0",
        "-2.5",
        "0.1",
        "0.30000000000000004",
        "5.0",
        "9007199254740991",
        "4.5",
    ]);
    let day = one(&["'2026-03-10'", "'2026-03-08'", "run.date", "'2026-3-1'"]);
    let moment = one(&[
        "'2026-03-10T00:00:00Z'",
        "'2026-03-09T23:00:59Z'",
        "'2026-03-10'",
        "run.time",
    ]);
    let column = one(&["n", "big", "price", "wide", "score"]);
    let any = one(&["name", "n", "price", "score", "yes", "due", "seen"]);
    let days = one(&["-3", "0", "2", "2.5", "30"]);
    let since = one(&["days_since", "days_until"]);
    let of = one(&["due", "seen"]);
    match random.u8(..if depth == 0 { 12 } else { 15 }) {
        0 | 1 => format!("row.name {same} {text}"),
        2 => format!("row.name in ['open', 'Open', {text}]"),
        3 => format!("row.{column} {order} {number}"),
        4 => format!("{number} {order} row.{column}"),
        5 => format!("row.n in [1, 5, {}]", number.replace("-2.5", "2")),
        6 => format!("row.due {order} {day}"),
        7 => format!("row.seen {order} {moment}"),
        8 => format!("{since}(row.{of}) {order} {days}"),
        9 => format!("row.{any} is missing"),
        10 => format!("row.yes {same} true"),
        11 => "row.yes".to_owned(),
        12 => format!("not ({})", condition(random, depth - 1)),
        13 => format!(
            "({}) and ({})",
            condition(random, depth - 1),
            condition(random, depth - 1)
        ),
        _ => format!(
            "({}) or ({})",
            condition(random, depth - 1),
            condition(random, depth - 1)
        ),
    }
}

/// What is narrowed by the server comes to the same rows, in the same order, as what is read whole.
async fn narrowed(connections: &Connections, has_facts: bool) {
    let db = connections.get("db").unwrap();
    let mut scope = Scope::new();
    scope.set(
        "run",
        from_json(&json!({ "date": "2026-03-10", "time": "2026-03-10T12:00:00Z" })),
    );
    scope.set("trigger", from_json(&json!({ "name": "open", "n": 5 })));
    let fields = json!({ "id": "integer", "name": "text", "n": "integer", "big": "integer", "price": "number",
        "wide": "number", "score": "number", "yes": "boolean", "due": "date", "seen": "time" });
    let whole = Scan {
        table: "likes".to_owned(),
        fields: serde_json::from_value(fields.clone()).unwrap(),
    };
    let all = rows(&**db, whole.clone()).await.unwrap();
    let mut random = fastrand::Rng::with_seed(11);
    let (mut tried, mut looked_at, mut fewer) = (0, 0, 0);
    for round in 0..100 {
        let only = condition(&mut random, 2);
        let mut pull = json!({ "from": "db.likes", "where": only, "fields": fields });
        let orders = [
            "row.n",
            "-row.price",
            "-row.wide",
            "row.score",
            "-row.due",
            "row.seen",
            "row.name",
            "row.n + 1",
        ];
        if random.bool() {
            let (first, second) = (random.usize(..orders.len()), random.usize(..orders.len()));
            pull["order_by"] = json!([orders[first], orders[second]]);
        }
        if random.bool() {
            pull["limit"] = json!(random.usize(1..30));
        }
        let compile = |pull: &Value| {
            let pull: Pull = serde_json::from_value(pull.clone()).unwrap();
            Arc::new(CompiledPull::compile("likes", &pull).unwrap())
        };
        let compiled = compile(&pull);
        let expected = sopwright::engine::Table::new(compiled.clone(), all.clone(), &scope);
        let Ok(expected) = expected else {
            continue;
        };
        tried += 1;
        let came = case_rows(&compiled, connections, &scope).await.unwrap();
        assert_eq!(came, expected.into_rows(), "{pull}");
        if round % 5 > 0 {
            continue;
        }
        looked_at += 1;
        let narrowing = compiled.narrowing(&scope);
        let mut stream = db.scan_narrowed(whole.clone(), &narrowing).await.unwrap();
        let mut read = 0;
        while let Some(chunk) = stream.next().await {
            read += chunk.unwrap().len();
        }
        fewer += usize::from(read < all.len());
    }
    assert!(tried > 70, "{tried} were tried");
    assert!(
        fewer * 3 > looked_at,
        "{fewer} of {looked_at} were narrowed"
    );

    // What every case is joined by, and values that have no place in a condition.
    let narrowing = Narrowing {
        among: vec![(
            "name".to_owned(),
            vec!["open".to_owned(), "'; drop table likes; --".to_owned()],
        )],
        ..Narrowing::default()
    };
    let joined = db.scan_narrowed(whole.clone(), &narrowing).await.unwrap();
    let joined = joined.collect(usize::MAX).await.unwrap();
    let is_it = |row: &&Row| {
        row["name"]
            .as_str()
            .is_some_and(|name| name.trim() == "open")
    };
    assert_eq!(
        joined.iter().filter(is_it).count(),
        all.iter().filter(is_it).count()
    );
    assert!(joined.len() < all.len());

    if !has_facts {
        return;
    }
    // The first of many are read alone.
    let first = json!({ "from": "db.facts", "order_by": ["-row.at"], "limit": 3, "where": "row.id > 10",
        "fields": { "id": "integer", "at": "time" } });
    let first: Pull = serde_json::from_value(first).unwrap();
    let first = Arc::new(CompiledPull::compile("facts", &first).unwrap());
    let came = case_rows(&first, connections, &scope).await.unwrap();
    let ids: Vec<&Value> = came.iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, [11, 12, 13]);
}

/// A column holds anything there, and what is narrowed comes to the same all the same.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_narrows_to_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    let made = like("sqlite")
        .replace("datetime(3)", "text")
        .replace("numeric(12,2)", "any");
    database.execute_batch(&made).unwrap();
    let odd = "UPDATE likes SET n = '5' WHERE id % 17 = 0; UPDATE likes SET price = ' 5 ' WHERE id % 19 = 0;
        UPDATE likes SET score = 9e999 WHERE id % 23 = 0; UPDATE likes SET name = 5 WHERE id % 29 = 0;
        UPDATE likes SET due = '10 Mar 2026' WHERE id % 13 = 0; UPDATE likes SET yes = 'no' WHERE id % 11 = 0;
        UPDATE likes SET due = NULL WHERE due LIKE '0000%'";
    database.execute_batch(odd).unwrap();
    let config = format!("[db]\nkind = 'sqlite'\npath = '{}'", file.display());
    narrowed(&opened(&config), false).await;
}

/// A large table is read in little memory, and a server that goes away in the middle is told of.
async fn goes_away(kind: &str, server: &mut Database) {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    let db = one(&section(kind, server.port, "ann", ""));
    let before = resident();
    let mut stream = db.scan(Scan::all("facts")).await.unwrap();
    let (mut count, mut most) = (0, 0);
    while let Some(chunk) = stream.next().await {
        count += chunk.unwrap().len();
        most = most.max(resident());
    }
    assert_eq!(count, 200_000);
    assert!(most < before + 64_000, "{before} kB grew to {most} kB");

    let mut stream = db.scan(Scan::all("facts")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    server.kill();
    let error = loop {
        match stream.next().await.expect("an error, not the end") {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(
        error.is_transient() && error.message.contains("went away"),
        "{error}"
    );
    assert!(stream.next().await.is_none());
    let error = db.describe().await.unwrap_err();
    assert!(
        error.is_transient() && error.message.contains("cannot be reached"),
        "{error}"
    );
}

/// Cases come from the database, and an update that is approved arrives there.
#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_reads_from_postgres_and_what_is_approved_arrives_there() {
    let Some(server) = databases::postgres() else {
        return;
    };
    let made = "CREATE TABLE invoices (no text PRIMARY KEY, amount numeric(10,2), state text, due date);
        INSERT INTO invoices VALUES ('R-1', 120.50, 'open', '2026-10-01'), ('R-2', 80, 'open', '2026-11-15'),
        ('R-3', 99, 'paid', '2026-09-01');";
    tell_postgres(server.port, made).await;
    let place = Place::empty();
    let settings = section("postgres", server.port, "ann", "writable = true");
    let settings = settings.replace("env:PASSWORD", "env:DB_PASSWORD");
    place.write(
        "sopwright.toml",
        format!("[connections.billing]\n{settings}"),
    );
    place.write(".env", format!("DB_PASSWORD={PASSWORD}\n"));
    let shown = place.run(&["connections", "show", "billing.invoices"]).ok();
    assert!(shown.contains("amount"), "{shown}");
    let workflow = json!({
        "workflow": 1, "name": "overdue", "title": "Overdue invoices", "objective": "Mark what is long overdue",
        "sop": { "file": "sop.md", "statements": 1 }, "trigger": { "kind": "manual" },
        "data": { "invoices": { "from": "billing.invoices", "where": "row.state == 'open' and days_since(row.due) > 0", "sop": [1],
            "fields": { "no": "text", "state": "text", "due": "date" } } },
        "for_each": { "in": "invoices", "as": "invoice", "key": "invoice.no" },
        "steps": [ { "id": "facts", "kind": "compute", "sop": [1], "set": { "overdue": "{{ days_since(invoice.due) }}" } } ],
        "result": { "overdue": "{{ facts.overdue }}" },
        "outputs": [ { "id": "flag", "kind": "update", "sop": [1], "when": "facts.overdue > 30", "in": "billing.invoices",
            "key": { "no": "{{ invoice.no }}" }, "set": { "state": "serious" }, "approval": "required" } ]
    });
    place.write(
        "generated/overdue/sop.md",
        "Mark open invoices that are more than 30 days overdue as serious.\n",
    );
    place.write("generated/overdue/workflow.json", workflow.to_string());
    let ran = place.run(&["run", "overdue"]).ok();
    assert!(ran.contains('2'), "{ran}");
    let db = one(&section("postgres", server.port, "ann", ""));
    let state = async || rows(&*db, Scan::all("invoices")).await.unwrap()[0]["state"].clone();
    assert_eq!(state().await, "open", "it waits for a person");
    place.run(&["inbox", "approve", "1"]).ok();
    assert_eq!(state().await, "serious");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_set_up_on_the_command_line() {
    let Some(server) = databases::postgres() else {
        return;
    };
    tell_postgres(
        server.port,
        "CREATE TABLE accounts (id int PRIMARY KEY, name text); INSERT INTO accounts VALUES (1, 'Acme')",
    )
    .await;
    let place = Place::empty();
    let right = PASSWORD.replace('"', "\\\"");
    place.write(".env", format!("WRONG=wr0ng-s3cret\nRIGHT=\"{right}\"\n"));
    let port = format!("port={}", server.port);
    let add = |secret: &str| {
        place.run(&[
            "connections",
            "add",
            "postgres",
            "--name",
            "crm",
            "--set",
            "host=127.0.0.1",
            "--set",
            &port,
            "--set",
            "database=postgres",
            "--set",
            "user=ann",
            "--secret",
            secret,
        ])
    };
    let refused = add("env:WRONG");
    assert_ne!(refused.code(), 0);
    let told = refused.out() + &refused.err();
    assert!(
        told.contains("Nothing was kept") && !told.contains("wr0ng"),
        "{told}"
    );
    assert!(!place.file("sopwright.toml").exists());

    let told = add("env:RIGHT").ok();
    assert!(
        told.contains("accounts") && told.contains("1 rows"),
        "{told}"
    );
    let kept = std::fs::read_to_string(place.file("sopwright.toml")).unwrap();
    assert!(
        kept.contains("kind = \"postgres\"") && kept.contains("password = \"env:RIGHT\""),
        "{kept}"
    );
}
