use serde_json::value::RawValue;

use super::reader::read;
use super::value::text;
use crate::opensearch::bulk::Action;
use crate::opensearch::document::Change;

fn statuses(body: &str) -> Result<Vec<(Action, Option<u16>, bool)>, String> {
    let mut items = Vec::new();
    let read = read(body, |item| {
        items.push((item.action, item.status, item.error.is_some()));
        Ok(())
    });
    read.map(|()| items).map_err(|error| error.to_string())
}

#[test]
fn items_are_read_whatever_stands_around_them() {
    for body in [
        r#"{"items":[{"index":{"status":201}},{"delete":{"status":404,"error":null}}]}"#,
        r#"{ "errors" : true , "items" : [ {"index" : {"status" : 201}}, {"delete":{"_id":"\ud83d","status":404}} ], "took":3}"#,
        r#"{"took":null,"errors":"x","items":[{"index":{"a":{"b":[1]},"status":201,"\ud83d":1}},{"delete":{"status":"404"}}]}"#,
    ] {
        assert_eq!(
            statuses(body).unwrap(),
            [
                (Action::Index, Some(201), false),
                (Action::Delete, Some(404), false)
            ],
            "{body}"
        );
    }
}

#[test]
fn each_member_of_an_item_is_read() {
    let body = r#"{"items":[{"update":{"_index":"logs","_id":"7","_version":3,"result":"updated","_seq_no":5,"_primary_term":2,"status":200}},
        {"create":{"_id":"8","result":"created","status":201}},
        {"index":{"result":"new in a later version","status":200}}]}"#;
    let mut items = Vec::new();
    read(body, |item| {
        let numbers = (item.version, item.seq_no, item.primary_term);
        items.push((
            item.action,
            item.id.map(RawValue::get),
            item.result,
            numbers,
        ));
        Ok(())
    })
    .unwrap();
    let none = (None, None, None);
    assert_eq!(
        items,
        [
            (
                Action::Update,
                Some(r#""7""#),
                Some(Change::Updated),
                (Some(3), Some(5), Some(2))
            ),
            (Action::Create, Some(r#""8""#), Some(Change::Created), none),
            (Action::Index, None, Some(Change::Unknown), none),
        ]
    );
}

#[test]
fn a_status_that_is_no_status_is_missing() {
    for (status, expected) in [
        ("201", Some(201)),
        (r#""201""#, Some(201)),
        (r#""created""#, None),
        ("201.5", None),
        ("-1", None),
        ("70000", None),
        ("18446744073709551615", None),
        ("null", None),
    ] {
        let body = format!(r#"{{"items":[{{"index":{{"status":{status}}}}}]}}"#);
        let items = statuses(&body).unwrap();
        assert_eq!(items, [(Action::Index, expected, false)], "{status}");
    }
}

#[test]
fn what_is_no_bulk_response_is_an_error() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"items":null}"#,
        r#"{"items":{}}"#,
        r#"{"items":[{}]}"#,
        r#"{"items":[{"index":{"status":201}}"#,
        r#"{"items":[{"get":{"status":200}}]}"#,
        r#"{"items":[{"index":{},"delete":{}}]}"#,
        r#"{"items":[]}{}"#,
        r#"{"items":[],"items":[]}"#,
        r#"{"message":"Request throttled"}"#,
        "\u{feff}{\"items\":[]}",
    ] {
        assert!(statuses(body).is_err(), "{body}");
    }
}

#[test]
fn half_surrogates_are_replaced_and_whole_ones_kept() {
    for (json, expected) in [
        (r#""cut \uD83D""#, "cut \u{fffd}"),
        (r#""\ude00x""#, "\u{fffd}x"),
        (r#""\ud83d\ude00\uD83D\uD83D\uDE00""#, "😀\u{fffd}😀"),
        (r#""\\ud83d \"\u0041""#, "\\ud83d \"A"),
    ] {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        assert_eq!(text(raw).as_deref(), Some(expected), "{json}");
    }
}
