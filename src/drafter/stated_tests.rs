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
                "club.bills",
                &[
                    ("bill_id", "key", &[]),
                    ("member_id", "text", &[]),
                    ("sent_on", "date", &[]),
                    ("due_on", "date", &[]),
                    ("amount", "number", &[]),
                    ("state", "text", &["sent", "settled"]),
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
