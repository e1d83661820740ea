#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use serde_json::json;

fn of_texts(cells: &[&str]) -> Profiled {
    let mut profile = Profile::default();
    cells.iter().for_each(|cell| profile.add_text(cell));
    profile.finish()
}

fn of_values(values: &[Value]) -> Profiled {
    let mut profile = Profile::default();
    values.iter().for_each(|value| profile.add_value(value));
    profile.finish()
}

fn field(cells: &[&str]) -> FieldType {
    of_texts(cells).column.field
}

#[test]
fn settles_each_type() {
    assert_eq!(field(&["1", "-2", ""]), FieldType::Integer);
    assert_eq!(field(&["1", "2.5", "NaN"]), FieldType::Number);
    assert_eq!(field(&["5.0", "6.0"]), FieldType::Number);
    assert_eq!(field(&["True", "false", "None"]), FieldType::Boolean);
    assert_eq!(field(&["Yes", "No"]), FieldType::Boolean);
    assert_eq!(field(&["0", "1"]), FieldType::Integer);
    assert_eq!(field(&["2024-01-22", "22 Jan 2024"]), FieldType::Date);
    assert_eq!(field(&["2024-01-22", "2024-01-22T10:00Z"]), FieldType::Time);
    assert_eq!(field(&["a", "1"]), FieldType::Text);
    assert_eq!(field(&["", "NA"]), FieldType::Text);
    assert_eq!(field(&[]), FieldType::Text);
}

#[test]
fn identifiers_stay_text() {
    assert_eq!(field(&["007", "12"]), FieldType::Text);
    assert_eq!(field(&["9007199254740993"]), FieldType::Text);
    assert_eq!(field(&["+49301234"]), FieldType::Text);
}

#[test]
fn money_and_percent_stay_text_with_a_note() {
    for cells in [&["$1,200.50", "$3"][..], &["12%", "5%"], &["1,000", "20"]] {
        let profiled = of_texts(cells);
        assert_eq!(profiled.column.field, FieldType::Text);
        assert!(profiled.notes[0].contains("kept as text"), "{cells:?}");
    }
    assert_eq!(of_texts(&["a", "$3"]).notes, Vec::<String>::new());
}

#[test]
fn the_whole_column_settles_the_order_of_its_dates() {
    let day_first = of_texts(&["3/4/2024", "22/4/2024"]);
    assert_eq!(day_first.reading.order, DateOrder::DayFirst);
    assert_eq!(day_first.column.min, Some(json!("2024-04-03")));
    assert!(day_first.notes.is_empty());

    let month_first = of_texts(&["3/4/2024", "4/22/2024"]);
    assert_eq!(
        month_first.column.values,
        Some(vec![json!("2024-03-04"), json!("2024-04-22")])
    );

    let ambiguous = of_texts(&["3/4/2024", "5/6/2024"]);
    assert_eq!(ambiguous.column.field, FieldType::Date);
    assert!(ambiguous.notes[0].contains("month first"));
    assert!(of_texts(&["3/3/2024"]).notes.is_empty());

    let mixed = of_texts(&["22/4/2024", "4/22/2024"]);
    assert_eq!(mixed.column.field, FieldType::Text);
    assert!(mixed.notes[0].contains("mixes"));
}

#[test]
fn describes_the_values() {
    let column = of_texts(&["b", "a", "b", ""]).column;
    assert_eq!(column.missing, 0.25);
    assert_eq!(column.values, Some(vec![json!("b"), json!("a")]));
    assert_eq!(column.examples, vec![json!("b"), json!("a")]);
    assert!(!column.unique);
    let column = of_texts(&["5", "3", "10"]).column;
    assert_eq!((column.min, column.max), (Some(json!(3)), Some(json!(10))));
    assert!(column.unique);
}

#[test]
fn many_values_are_not_listed() {
    let cells: Vec<String> = (0..21).map(|number| format!("v{number}")).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    assert_eq!(of_texts(&cells[..20]).column.values.unwrap().len(), 20);
    let column = of_texts(&cells).column;
    assert_eq!(column.values, None);
    assert_eq!(column.examples.len(), 3);
    assert!(column.unique);
}

#[test]
fn memory_is_bounded() {
    let mut seen = Seen::default();
    for number in 0..=REMEMBERED {
        seen.add(&number.to_string());
    }
    assert!(!seen.all_different);
    assert_eq!(seen.hashes.capacity(), 0);
}

#[test]
fn values_that_have_a_type_keep_it() {
    assert_eq!(
        of_values(&[json!(1), json!(null)]).column.field,
        FieldType::Integer
    );
    assert_eq!(
        of_values(&[json!(1), json!(1.5)]).column.field,
        FieldType::Number
    );
    assert_eq!(
        of_values(&[json!("1"), json!("2")]).column.field,
        FieldType::Text
    );
    assert_eq!(of_values(&[json!(true)]).column.field, FieldType::Boolean);
    assert_eq!(of_values(&[json!("true")]).column.field, FieldType::Text);
    assert_eq!(
        of_values(&[json!("2024-01-22")]).column.field,
        FieldType::Date
    );
    assert_eq!(
        of_values(&[json!([1]), json!([])]).column.field,
        FieldType::List
    );
    assert_eq!(
        of_values(&[json!({ "a": 1 })]).column.field,
        FieldType::Object
    );
    assert_eq!(
        of_values(&[json!(1), json!("a")]).column.values,
        Some(vec![json!("1"), json!("a")])
    );
    assert_eq!(
        of_values(&[json!(9007199254740993_i64)]).column.field,
        FieldType::Text
    );
}
