//! Tools, models and goals: what is asked in a scenario, and what is not.

use super::*;

fn looked_up(on_error: Option<Json>, when: &str) -> Json {
    let mut step = json!({"id": "size", "kind": "call", "sop": [1], "when": when, "tool": "desk.look", "with": {"id": "{{ deal.id }}"}});
    if let Some(on_error) = on_error {
        step["on_error"] = on_error;
    }
    workflow(json!({"steps": [step], "result": {"state": "{{ size.state }}"}}))
}

#[tokio::test]
async fn a_tool_that_fails_is_met_by_the_cases_that_call_it() {
    let pro = "deal.plan == 'pro'";
    for (on_error, ending) in [
        (None, Ending::Crashed),
        (
            Some(json!({"use": {"state": null}, "caveat": "Not looked up."})),
            Ending::Held,
        ),
        (Some(json!({"use": {"state": "bad"}})), Ending::Silent),
        (Some(json!({"stop": {"state": "bad"}})), Ending::Stopped),
        (Some(json!("fail")), Ending::Stopped),
        (
            Some(json!([{"codes": ["not_found"], "use": {"state": null}, "caveat": "None."}])),
            Ending::Crashed,
        ),
    ] {
        let all = played(looked_up(on_error.clone(), pro)).await;
        let scenario = all.of(fails("desk.look"));
        assert_eq!(scenario.ending, ending, "{on_error:?}: {}", scenario.says);
        if ending == Ending::Crashed {
            assert_eq!((scenario.failed, scenario.cases), (2, 4));
        }
    }
    // A case whose output cannot leave is told as failed; there is no more to be said of it.
    let tell = json!([{"id": "tell", "kind": "call", "approval": "not_needed", "sop": [1], "tool": "desk.tell",
        "with": {"id": "{{ deal.id }}", "plan": "{{ deal.plan }}"}}]);
    let told = played(workflow(json!({"outputs": tell}))).await;
    let scenario = told.of(fails("desk.tell"));
    assert_eq!((scenario.ending, scenario.stopped), (Ending::Stopped, 4));
    let never = played(looked_up(None, "deal.plan == 'gone'")).await;
    assert_eq!(never.of(fails("desk.look")).ending, Ending::Untried);
    assert_ne!(never.report.claim, Claim::Failed);
}

#[tokio::test]
async fn scenarios_call_no_tool_and_ask_no_model() {
    let with = played(looked_up(None, "deal.amount > 20")).await;
    assert!(with.report.scenarios.len() > 3);
    let answers = LlmAnswers::placeholders();
    let without = played_with(looked_up(None, "deal.amount > 20"), answers, false).await;
    assert!(without.report.scenarios.is_empty());
    assert_eq!((with.calls, without.calls), (3, 3));

    let steps = json!([
        {"id": "judge", "kind": "llm", "sop": [1], "instructions": "Judge it.", "input": {"deal": "{{ deal }}"},
         "returns": {"risk": {"type": "string", "enum": ["low", "high"]}}},
        {"id": "size", "kind": "decide", "sop": [1], "rules": [
            {"when": "judge.risk == 'high' or deal.amount < 0", "then": {"level": "risky"}}], "otherwise": {"level": "fine"}}
    ]);
    let answer = || ScriptedModel::text("{\"risk\": \"high\"}");
    let model = Arc::new(ScriptedModel::new([answer(), answer(), answer(), answer()]));
    let asked = played_with(
        workflow(json!({"steps": steps})),
        LlmAnswers::by(model, None),
        true,
    )
    .await;
    assert_eq!(asked.llm.spent().calls, 4);
    assert_eq!(asked.llm.spent().usage, Usage::default());
    // The model is taken to answer as it did, though the facts that it is told are others.
    let scenario = asked.of(missing("amount"));
    assert_eq!((scenario.ending, scenario.changed), (Ending::Held, 0));
}

#[tokio::test]
async fn a_goal_is_pursued_once_and_stands_in_every_scenario() {
    let steps = json!([
        {"id": "found", "kind": "agent", "sop": [1], "when": "deal.id == '1'", "goal": "Find the state of deal {{ deal.id }}.",
         "input": {"deal": "{{ deal }}"}, "tools": ["desk.look"], "max_turns": 3, "returns": {"state": {"type": "string"}}},
        {"id": "size", "kind": "decide", "sop": [1], "rules": [
            {"when": "found.confidence >= 0.8", "then": {"level": "{{ found.state }}"}}], "otherwise": {"level": "unsure"}}
    ]);
    let model = Arc::new(ScriptedModel::new([
        ScriptedModel::calls(&[("1", "desk__look", json!({"id": "1"}))]),
        ScriptedModel::calls(&[("2", "answer", json!({"state": "good", "confidence": 0.9}))]),
    ]));
    let result = json!({"level": "{{ size.level }}", "tried": "{{ found.tried }}"});
    let document = workflow(json!({"steps": steps, "result": result}));
    let all = played_with(document, LlmAnswers::by(model.clone(), None), true).await;
    assert_eq!((model.left(), all.calls), (0, 1));
    let first = &all.report.cases[0].outcome.result;
    assert_eq!(
        json!(first),
        json!({"level": "good", "tried": ["desk__look (id: 1): {\"state\":\"good\"}"]})
    );
    assert_eq!(all.report.cases[1].outcome.result["level"], "unsure");
}
