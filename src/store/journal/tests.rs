#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::json;

use super::*;
use crate::engine::{Content, Delivery, Failure, Outcome, RunInfo, Status};
use crate::spec;

/// No test waits for a lock.
const AT_ONCE: Duration = Duration::from_millis(1);

fn open(folder: &tempfile::TempDir) -> Journal {
    Journal::open_in(folder.path(), AT_ONCE).unwrap()
}

fn new_run(id: &str) -> NewRun {
    NewRun {
        info: RunInfo {
            id: id.to_owned(),
            workflow: "briefs".to_owned(),
            date: "2026-11-16".to_owned(),
            time: "2026-11-16T08:00:00-05:00".to_owned(),
        },
        version: VersionText::of("{}".to_owned(), "Rate them.".to_owned()),
        inputs: json!({"region": "EMEA"}),
        only: None,
        folder: "runs/x".into(),
        results: "runs/x/results.csv".into(),
        keeps_rows: true,
        engine: None,
    }
}

fn outcome(key: &str, status: Status) -> Outcome {
    Outcome {
        key: key.to_owned(),
        status,
        result: IndexMap::from([("level".to_owned(), json!("high"))]),
        caveats: vec!["Calls could not be read.".to_owned()],
        notes: Vec::new(),
        because: vec!["low health".to_owned()],
        path: Vec::new(),
        outputs: vec!["brief".to_owned()],
    }
}

fn delivery(text: &str) -> Delivery {
    Delivery {
        output: "alert".to_owned(),
        approval: spec::Approval::Required,
        content: Content::Message {
            to: "slack.cs".to_owned(),
            text: text.to_owned(),
        },
    }
}

fn waiting(part: &Part, text: &str) -> NewApproval {
    NewApproval {
        part: part.clone(),
        case: "a".to_owned(),
        reason: Reason::Approval,
        delivery: delivery(text),
        expires: Some(2_000),
        file: None,
    }
}

#[tokio::test]
async fn what_was_journaled_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let failed = Status::Failed {
        part: "look".to_owned(),
        failure: Failure::last("not_found", "There is none"),
    };
    {
        let journal = open(&folder);
        let run = journal.begin_run(new_run("one")).await.unwrap();
        let item = |place, key: &str| Item {
            place,
            key: key.to_owned(),
            item: json!({"id": key}),
        };
        let items = vec![item(0, "a"), item(1, "b"), item(2, "c")];
        journal.keep_items(run, items).await.unwrap();
        journal.kept_all_items(run, 3).await.unwrap();
        let done = CaseRecord::of(0, &outcome("a", Status::Done));
        let other = CaseRecord::of(2, &outcome("c", failed.clone()));
        journal.finish_cases(run, vec![done, other]).await.unwrap();
    }
    let journal = open(&folder);
    let run = journal.run("one").unwrap();
    assert_eq!((run.finished, run.failed, run.kept_rows), (2, 1, Some(3)));
    assert_eq!(run.inputs, json!({"region": "EMEA"}));
    assert_eq!(journal.version(&run.version).unwrap().sop, "Rate them.");
    let items = journal.items(run.number, -1, 10).unwrap();
    assert_eq!(items[0].1.as_ref(), Some(&outcome("a", Status::Done)));
    assert_eq!(
        (&items[1].0.item, &items[1].1),
        (&json!({"id": "b"}), &None)
    );
    assert_eq!(items[2].1.as_ref().unwrap().status, failed);
    assert_eq!(journal.items(run.number, 1, 10).unwrap().len(), 1);
    assert_eq!(
        journal.finished_keys(run.number).unwrap()[&key_digest("c")],
        1
    );
    let (finished, open) = journal.cases_of_key(run.number, "b").unwrap();
    assert_eq!((finished.len(), open.len()), (0, 1));
    let error = journal.run("onne").unwrap_err();
    assert!(error.help.unwrap().contains("`one`"));
}

#[tokio::test]
async fn a_run_that_nobody_holds_was_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder);
    let held = journal.hold_run("one").unwrap().unwrap();
    let run = journal.begin_run(new_run("one")).await.unwrap();
    assert!(journal.hold_run("one").unwrap().is_none());
    assert_eq!(journal.run("one").unwrap().status, RunStatus::Running);
    drop(held);
    let cut = journal.cut_short(Some("briefs")).unwrap().unwrap();
    assert_eq!(cut.status, RunStatus::CutShort);
    assert!(journal.cut_short(Some("others")).unwrap().is_none());
    let summary = json!({"cases": 7, "failed": 1});
    journal
        .end_run(run, RunStatus::Done, None, None, &summary)
        .await
        .unwrap();
    assert!(journal.cut_short(None).unwrap().is_none());
    assert_eq!(journal.run("one").unwrap().finished, 7);
}

#[tokio::test]
async fn an_effect_is_begun_before_it_is_done_and_known_by_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder);
    let run = journal.begin_run(new_run("one")).await.unwrap();
    let part = Part::of((run, "one"), 4, "a", "tell", 0);
    assert_eq!(part, Part::of((run, "one"), 4, "a", "tell", 0));
    assert_ne!(part.key, Part::of((run, "one"), 4, "a", "tell", 1).key);
    assert_ne!(part.key, Part::of((run, "two"), 4, "a", "tell", 0).key);
    let request = json!({"id": 1});
    journal.begin_effect(&part, "call", &request).await.unwrap();
    let effect = &journal.effects(run, 4).unwrap()[0];
    assert_eq!(
        (effect.state, &effect.request),
        (EffectState::Begun, &request)
    );
    let ended = (EffectState::Done, effect.begun);
    journal
        .end_effect(&part, "call", ended, None, &json!({"ok": true}))
        .await
        .unwrap();
    journal.flush().await.unwrap();
    let effect = &journal.effects(run, 4).unwrap()[0];
    assert_eq!(
        (effect.state, &effect.request),
        (EffectState::Done, &request)
    );
    assert_eq!(effect.answer, json!({"ok": true}));
    let file = Part::of((run, "one"), 4, "a", "brief", 0);
    let made = json!({"file": "documents/a.md"});
    journal
        .end_effect(&file, "document", ended, None, &made)
        .await
        .unwrap();
    journal.flush().await.unwrap();
    let (made, files) = journal.made(run).unwrap();
    assert_eq!((made["call"], made["document"]), (1, 1));
    assert_eq!(files, ["documents/a.md"]);
}

#[tokio::test]
async fn what_waits_is_kept_once_and_decided_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder);
    let run = journal.begin_run(new_run("one")).await.unwrap();
    let part = Part::of((run, "one"), 0, "a", "alert", 0);
    for text in ["as it was made", "as a replay would make it"] {
        journal
            .keep_for_approval(waiting(&part, text))
            .await
            .unwrap();
    }
    journal.flush().await.unwrap();
    let inbox = journal.inbox(false).unwrap();
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].made, delivery("as it was made"));
    journal
        .edit(inbox[0].id, &delivery("better"), "ann")
        .await
        .unwrap();
    let seen = journal.approval(inbox[0].id).unwrap();
    assert_eq!(seen.delivery(), &delivery("better"));
    let by = Some(("ben", 1_000));
    let sending = ApprovalState::Sending;
    assert!(
        journal
            .decide(&seen, sending, by, None, None)
            .await
            .unwrap()
    );
    // Somebody who saw it waiting comes too late.
    assert!(
        !journal
            .decide(&seen, sending, by, None, None)
            .await
            .unwrap()
    );
    let now = journal.approval(seen.id).unwrap();
    assert_eq!(now.decided, Some(("ben".to_owned(), 1_000)));
    assert_eq!(journal.expire(3_000).await.unwrap().len(), 0);
    let other = Part::of((run, "one"), 1, "b", "alert", 0);
    journal
        .keep_for_approval(waiting(&other, "x"))
        .await
        .unwrap();
    journal.flush().await.unwrap();
    assert_eq!(journal.expire(1_999).await.unwrap().len(), 0);
    assert_eq!(journal.expire(2_000).await.unwrap().len(), 1);
    assert_eq!(
        journal.inbox(true).unwrap()[1].state,
        ApprovalState::Expired
    );
    assert!(journal.approval(99).unwrap_err().help.is_some());
}

#[tokio::test]
async fn many_at_once_are_committed_together_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(open(&folder));
    let run = journal.begin_run(new_run("one")).await.unwrap();
    let tasks: Vec<_> = (0..500)
        .map(|place| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let part = Part::of((run, "one"), place, "a", "tell", 0);
                journal
                    .begin_effect(&part, "call", &json!(1))
                    .await
                    .unwrap();
                let record = CaseRecord::of(place, &outcome("a", Status::Done));
                journal.finish_cases(run, vec![record]).await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    journal.flush().await.unwrap();
    assert_eq!(journal.run("one").unwrap().finished, 500);
}

#[tokio::test]
async fn trouble_is_told_with_what_to_do_and_nothing_is_kept_that_rests_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder);
    let run = journal.begin_run(new_run("one")).await.unwrap();
    // Another program holds the lock.
    let other = rusqlite::Connection::open(journal.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = journal.kept_all_items(run, 1).await.unwrap_err();
    assert!(
        error.message.contains("in use by another program"),
        "{error}"
    );
    assert!(error.help.unwrap().contains("run --resume"));
    other.execute_batch("ROLLBACK").unwrap();
    let record = CaseRecord::of(0, &outcome("a", Status::Done));
    let later = journal.finish_cases(run, vec![record]).await;
    assert!(later.is_err(), "it may rest on what was lost");
    drop(journal);
    assert_eq!(open(&folder).run("one").unwrap().kept_rows, None);
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder);
    let run = journal.begin_run(new_run("one")).await.unwrap();
    let kept = CaseRecord::of(0, &outcome("a", Status::Done));
    journal.finish_cases(run, vec![kept]).await.unwrap();
    journal
        .write(|db| {
            let pages: i64 = db.query_row("PRAGMA page_count", [], |r| r.get(0))?;
            db.pragma_update(None, "max_page_count", pages)
        })
        .await
        .unwrap();
    let large = Item {
        place: 0,
        key: "a".to_owned(),
        item: json!("x".repeat(100_000)),
    };
    journal.keep_items(run, vec![large]).await.unwrap();
    let error = journal.flush().await.unwrap_err();
    assert!(error.message.contains("is full"), "{error}");
    drop(journal);
    assert_eq!(open(&folder).run("one").unwrap().finished, 1);
}

#[test]
fn a_damaged_file_and_one_of_a_later_version_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    std::fs::write(
        &path,
        "not a database, but something of somebody's".repeat(50),
    )
    .unwrap();
    let error = Journal::open_in(folder.path(), AT_ONCE).err().unwrap();
    assert!(error.message.contains("is damaged"), "{error}");
    assert!(error.help.unwrap().contains("backup"));
    assert!(std::fs::read(&path).unwrap().starts_with(b"not a"));
    std::fs::remove_file(&path).unwrap();
    drop(open(&folder));
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    let error = Journal::open_in(folder.path(), AT_ONCE).err().unwrap();
    assert!(error.help.unwrap().contains("Update"), "{}", error.message);
}

#[tokio::test]
async fn what_a_leg_brought_back_is_there_with_its_end_and_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder);
    let run = journal.begin_run(new_run("one")).await.unwrap();
    let part = Part::of((run, "one"), 4, "a", "judge", 0);
    assert_eq!(journal.leg(run, 4).unwrap(), 0);
    let used = Used {
        calls: 1,
        cost: 0.5,
        ..Used::default()
    };
    let effect = Effect {
        part: "judge".to_owned(),
        turn: 0,
        kind: "llm".to_owned(),
        state: EffectState::Done,
        request: json!({"input": 1}),
        answer: json!({"tone": "calm"}),
        begun: 10,
        ended: Some(20),
        spent: Some(AnswerCost {
            models: vec!["small".to_owned()],
            used,
        }),
    };
    let kept = KeptAnswer {
        model: "small".to_owned(),
        answer: json!({"tone": "calm"}),
        at: 20,
        cost: 0.5,
    };
    let brought = Brought {
        effect: effect.clone(),
        kept: Some(("key".to_owned(), kept.clone())),
    };
    let spent = ("2026-11-16".to_owned(), used);
    journal
        .end_leg((run, 4, 0), vec![(part, brought)], spent)
        .await
        .unwrap();
    journal.flush().await.unwrap();
    assert_eq!(journal.leg(run, 4).unwrap(), 1);
    assert_eq!(journal.leg(run, 5).unwrap(), 0);
    assert_eq!(journal.effects(run, 4).unwrap(), [effect]);
    assert_eq!(journal.kept_answer("key", 0).unwrap(), Some(kept));
    assert_eq!(journal.used_by(run, None).unwrap(), used);
}
