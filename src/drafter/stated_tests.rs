//! Conditions as an owner states them in answers: the columns as they are called, and what is said of them.

use super::draft::reader;
use super::statement::Forms;
use super::tests::column;
use super::world::{Table, World};

/// Bookings of rooms by members: a booking names both, and a member pays bills.
fn world() -> World {
    let table = |name: &str, columns: &[(&str, &str, &[&str])]| Table {
        name: name.to_owned(),
        columns: columns
            .iter()
            .map(|(name, kind, values)| {
                let is_key = *kind == "key";
                let kind = if is_key { "text" } else { kind };
                ((*name).to_owned(), column(kind, values, is_key))
            })
            .collect(),
        writable: false,
    };
    World {
        tables: vec![
            table(
                "club.bookings",
                &[
                    ("booking_id", "key", &[]),
                    ("member_id", "text", &[]),
                    ("room_id", "text", &[]),
                    ("starts_on", "date", &[]),
                    ("nights", "integer", &[]),
                    ("status", "text", &["open", "paid", "void"]),
                ],
            ),
            table(
                "club.members",
                &[
                    ("member_id", "key", &[]),
                    ("tier", "text", &["gold", "silver"]),
                    ("left_on", "date", &[]),
                ],
            ),
            table(
                "club.rooms",
                &[
                    ("room_id", "key", &[]),
                    ("floor", "text", &["ground", "top"]),
                    ("beds", "integer", &[]),
                ],
            ),
            table(
                "club.stays_entries",
                &[
                    ("entry_id", "key", &[]),
                    ("booking_id", "text", &[]),
                    ("stage", "text", &["Closed Lost", "Closed Won", "Open"]),
                ],
            ),
            table(
                "club.notices",
                &[
                    ("notice", "key", &[]),
                    ("status", "text", &["open", "paid"]),
                    ("nights", "integer", &[]),
                    ("grade", "integer", &[]),
                ],
            ),
            table(
                "club.bills",
                &[
                    ("bill_id", "key", &[]),
                    ("member_id", "text", &[]),
                    ("sent_on", "date", &[]),
                    ("due_on", "date", &[]),
                    ("amount", "number", &[]),
                    ("state", "text", &["sent", "settled"]),
                    ("month", "text", &["2026-08", "2026-09"]),
                    ("waived", "text", &["N", "Y"]),
                ],
            ),
        ],
        ..World::default()
    }
}

#[test]
fn what_an_owner_states_is_read_whole() {
    let world = world();
    let reader = reader(&world, &world.tables[0], &[], &Forms::new(&[]));
    for (text, source) in [
        (
            "status is open or paid",
            "booking.status in ['open', 'paid']",
        ),
        // No row of the sample holds it.
        (
            "status is on hold and nights is empty",
            "booking.status == 'on hold' and booking.nights is missing",
        ),
        ("room_id is empty", "booking.room_id is missing"),
        (
            "starts_on is today or later",
            "booking.starts_on >= today()",
        ),
        ("starts_on is before today", "booking.starts_on < today()"),
        (
            "starts_on plus nights is after tomorrow",
            "add_days(booking.starts_on, booking.nights) > add_days(today(), 1)",
        ),
        (
            "starts_on plus nights (2 if empty) is more than 14 days from today",
            "days_until(add_days(booking.starts_on, coalesce(booking.nights, 2))) > 14",
        ),
        (
            "nights is empty or more than 3",
            "(booking.nights is missing or booking.nights > 3)",
        ),
        (
            "tier of the member is not gold",
            "(members | first).tier != 'gold'",
        ),
        (
            "left_on of the member is not empty",
            "not (max(members, 'left_on') is missing)",
        ),
        (
            "state of the latest bill by due_on is settled",
            "(bills | sort(attribute='due_on') | last).state == 'settled'",
        ),
        (
            "amount of the latest bill where state is sent by due_on is at least 50",
            "((bills | where(\"item.state == 'sent'\")) | sort(attribute='due_on') | last).amount >= 50",
        ),
        (
            "there is no bill where state is sent and due_on is before today",
            "not any(bills, \"item.state == 'sent' and item.due_on < today()\")",
        ),
        (
            "the member has another booking where status is open",
            "any(bookings_of_member, \"item.booking_id != booking.booking_id and item.status == 'open'\")",
        ),
        (
            "there are at least 3 bookings with the same room_id where status is paid",
            "((bookings_of_room | where(\"item.room_id == booking.room_id and item.status == 'paid'\")) | length) >= 3",
        ),
        (
            "the member has another booking where floor of its room is top",
            "any(bookings_of_member, \"item.booking_id != booking.booking_id and (every_rooms | selectattr('room_id', 'eq', item.room_id) | first).floor == 'top'\")",
        ),
        (
            "the member has another booking where starts_on is later",
            "any(bookings_of_member, \"item.booking_id != booking.booking_id and item.starts_on > booking.starts_on\")",
        ),
        (
            "member_id is not room_id",
            "booking.member_id != booking.room_id",
        ),
        (
            "there is another booking of the same member_id and status where starts_on is on or after 2026-01-31",
            "any(bookings_of_member, \"item.booking_id != booking.booking_id and item.member_id == booking.member_id and item.status == booking.status and item.starts_on >= parse_date('2026-01-31')\")",
        ),
        (
            "starts_on plus 3 months is before today",
            "add_months(booking.starts_on, 3) < today()",
        ),
        (
            "there is a bill where state is not sent or settled",
            "any(bills, \"item.state not in ['sent', 'settled']\")",
        ),
        (
            "nights is 1 and there is a bill where state is not sent or settled",
            "booking.nights == 1 and any(bills, \"item.state not in ['sent', 'settled']\")",
        ),
        (
            "there is a stays entry where stage is not Closed Won or Closed Lost",
            "any(stays_entries, \"item.stage not in ['Closed Won', 'Closed Lost']\")",
        ),
        (
            "there is a bill where state is sent and due_on is empty or there are at least 2 bills where amount is 5",
            "any(bills, \"item.state == 'sent' and item.due_on is missing\") or ((bills | where(\"item.amount == 5\")) | length) >= 2",
        ),
        (
            "state of the latest bill by sent_on contains sent or SETT",
            "(contains((bills | sort(attribute='sent_on') | last).state, 'sent') or contains((bills | sort(attribute='sent_on') | last).state, 'SETT'))",
        ),
        (
            "there is a bill where amount is 5 and sent_on is after due_on of the latest bill by due_on",
            "any(bills, \"item.amount == 5 and item.sent_on > (bills | sort(attribute='due_on') | last).due_on\")",
        ),
        (
            "the second highest sent_on of the bills where state is sent is after starts_on",
            "(bills | where(\"item.state == 'sent' and not (item.sent_on is missing)\") | sort(attribute='sent_on', reverse=true) | map(attribute='sent_on') | list)[1] > booking.starts_on",
        ),
        (
            "there is a notice of the same status and nights where grade is 3",
            "any(every_notices, \"item.status == booking.status and item.nights == booking.nights and item.grade == 3\")",
        ),
        (
            "there is another booking of the same starts_on where nights is 2",
            "any(bookings_of_starts_on, \"item.booking_id != booking.booking_id and item.starts_on == booking.starts_on and item.nights == 2\")",
        ),
        // Months and years are those of the calendar.
        (
            "starts_on is in the last 12 months",
            "booking.starts_on >= add_months(today(), -12) and booking.starts_on <= today()",
        ),
        (
            "starts_on is more than 2 years ago",
            "booking.starts_on < add_months(today(), -24)",
        ),
        (
            "starts_on plus nights (5 if empty) years is before today",
            "add_months(booking.starts_on, 12 * coalesce(booking.nights, 5)) < today()",
        ),
        (
            "starts_on plus beds of the room (5 if empty) years is before today",
            "add_months(booking.starts_on, 12 * coalesce(max(rooms, 'beds'), 5)) < today()",
        ),
        (
            "left_on of the member (starts_on if empty) plus 10 days is before today",
            "add_days(coalesce(max(members, 'left_on'), booking.starts_on), 10) < today()",
        ),
        // What is not more than so long ago may be yet to come; what is at most, is past.
        (
            "starts_on is not more than 14 days ago",
            "days_since(booking.starts_on) <= 14",
        ),
        (
            "starts_on is at most 14 days ago",
            "days_since(booking.starts_on) <= 14 and days_since(booking.starts_on) >= 0",
        ),
        (
            "there are at least 3 different states of the bills where amount is more than 5",
            "(bills | where(\"item.amount > 5 and not (item.state is missing)\") | map(attribute='state') | map('lower') | unique | length) >= 3",
        ),
        (
            "the number of different due_on of the bills is 0",
            "(bills | where(\"not (item.due_on is missing)\") | map(attribute='due_on') | unique | length) == 0",
        ),
        (
            "status does not contain on hold and room_id starts with R-1",
            "not contains(booking.status, 'on hold') and starts_with(booking.room_id | lower, 'r-1')",
        ),
        (
            "there is no bill where state ends with @ours.example",
            "not any(bills, \"ends_with(item.state | lower, '@ours.example')\")",
        ),
        (
            "room_id is not one of se.tom@ours.example, R7",
            "booking.room_id not in ['se.tom@ours.example', 'R7']",
        ),
        (
            "amount of the latest bill by sent_on, lowest amount first where state is sent is below 7",
            "((bills | where(\"item.state == 'sent'\")) | sort(attribute='amount', reverse=true) | sort(attribute='sent_on') | last).amount < 7",
        ),
        (
            "nights is 1 or nights is 2 and status is open or nights is 3 and status is paid or nights is 4 and starts_on is empty",
            "booking.nights == 1 or booking.nights == 2 and booking.status == 'open' or booking.nights == 3 and booking.status == 'paid' or booking.nights == 4 and booking.starts_on is missing",
        ),
        // What says yes or no may say it as Y and N, and "not yes" where it says nothing.
        (
            "there is no bill where waived is N and amount is 2",
            "not any(bills, \"item.waived == 'N' and item.amount == 2\")",
        ),
        (
            "there is a bill where waived is not Y or amount is 2",
            "any(bills, \"(not (item.waived == 'Y') or item.amount == 2)\")",
        ),
        (
            "there is a bill where waived is Y or empty",
            "any(bills, \"((item.waived == 'Y' or item.waived is missing))\")",
        ),
        (
            "there is a bill where waived is no or empty",
            "any(bills, \"((item.waived == 'N' or item.waived is missing))\")",
        ),
        (
            "there are fewer than 2 bills where month is in the last 3 full calendar months",
            "((bills | where(\"item.month >= format_date(add_months(today(), -3), '%Y-%m') and item.month < format_date(today(), '%Y-%m')\")) | length) < 2",
        ),
        (
            "there are less than 2 bills where month is 2026-08 or 2026-09",
            "((bills | where(\"item.month in ['2026-08', '2026-09']\")) | length) < 2",
        ),
        (
            "there is a bill where sent_on is in the last two full calendar months",
            "any(bills, \"format_date(item.sent_on, '%Y-%m') >= format_date(add_months(today(), -2), '%Y-%m') and format_date(item.sent_on, '%Y-%m') < format_date(today(), '%Y-%m')\")",
        ),
        (
            "the second highest amount of the bills where state is sent is more than nights",
            "(bills | where(\"item.state == 'sent' and not (item.amount is missing)\") | sort(attribute='amount', reverse=true) | map(attribute='amount') | list)[1] > booking.nights",
        ),
        (
            "(the sum of amount of the bills where state is sent) minus (the sum of amount of the bills where state is settled) plus nights is at least 25",
            "((sum((bills | where(\"item.state == 'sent'\")), 'amount')) - (sum((bills | where(\"item.state == 'settled'\")), 'amount'))) + booking.nights >= 25",
        ),
        (
            "(the sum of amount of the bills minus nights, at least 0) plus 5 is below 30",
            "(max(sum(bills, 'amount') - booking.nights, 0)) + 5 < 30",
        ),
        (
            "there are at least 2 bookings of the same member_id and room_id and status",
            "((bookings_of_member | where(\"item.member_id == booking.member_id and item.room_id == booking.room_id and item.status == booking.status\")) | length) >= 2",
        ),
        (
            "the sum of nights of the bookings of the same member_id and room_id and status is more than 4",
            "sum((bookings_of_member | where(\"item.member_id == booking.member_id and item.room_id == booking.room_id and item.status == booking.status\")), 'nights') > 4",
        ),
        (
            "there is a room of the same floor where beds is more than the number of its bookings",
            "any(every_rooms, \"item.floor == (rooms | first).floor and item.beds > (every_bookings | selectattr('room_id', 'eq', item.room_id) | list | length)\")",
        ),
    ] {
        let read = reader.stated(text).map(|read| read.source);
        assert_eq!(read.as_deref(), Some(source), "{text}");
    }
    // A booking has one member, so there are not three of them; nobody knows what "soon" is, and a bare
    // "yes" answers nothing that was named.
    for text in [
        "there are at least 3 members where tier is gold",
        "starts_on is soon and status is open",
        "shoe_size is 10",
        "yes",
    ] {
        assert!(reader.stated(text).is_none(), "{text}");
    }
}
