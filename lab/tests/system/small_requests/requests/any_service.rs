//! Requests to any service.

use super::shapes::{aliased, body, filled, nested, repeated, spread};
use super::{JSON, MAX_REQUEST, Transport};

/// Documents that ask for the schema.
pub fn of_schema() -> Vec<(&'static str, String)> {
    let types = |inner: &str| format!("{{__schema{{types{{{inner}}}}}}}");
    vec![
        (
            "every type in full",
            types(
                "name description fields{name description args{name description type{name ofType{name ofType{name}}}}type{name ofType{name ofType{name}}}}inputFields{name description}enumValues{name description}",
            ),
        ),
        (
            "the same value of every type",
            filled(types, aliased("description")),
        ),
        (
            "the same value without an alias",
            filled(types, repeated("description ")),
        ),
        (
            "possible types and interfaces",
            nested(
                "{__type(name:\"FeedEvent\")$}",
                "{possibleTypes{interfaces",
                "{name}",
                "}}",
            ),
        ),
        (
            "fields of fields",
            nested("{__schema{types$}}", "{fields{type", "{name}", "}}"),
        ),
        (
            "types of types",
            nested("{__schema{types$}}", "{ofType", "{name}", "}"),
        ),
        (
            "every type often",
            filled(
                |inner| format!("{{__schema{{{inner}}}}}"),
                aliased("types{fields{args{description}}}"),
            ),
        ),
        (
            "the schema often",
            filled(
                |inner| format!("{{{inner}}}"),
                aliased("__schema{types{fields{name}}}"),
            ),
        ),
        (
            "fragments of the schema",
            spread("{__schema{types{$}}}", "__Type", 9, "description name"),
        ),
        (
            "skipped types",
            types("fields@skip(if:false){description@include(if:true)args{description}}"),
        ),
        (
            "type names",
            filled(|inner| format!("{{{inner}}}"), repeated("__typename ")),
        ),
        (
            "aliased type names",
            filled(|inner| format!("{{{inner}}}"), aliased("__typename")),
        ),
        (
            "directives",
            filled(
                |inner| format!("{{__typename{inner}}}"),
                repeated("@skip(if:false)"),
            ),
        ),
    ]
}

/// Documents that consist of syntax only.
pub fn of_syntax() -> Vec<(&'static str, String)> {
    vec![
        (
            "a cycle of fragments",
            "{...A}fragment A on Query{...B}fragment B on Query{...A ...B}".to_owned(),
        ),
        (
            "fragments that multiply",
            spread("{$}", "Query", 12, "__typename"),
        ),
        ("brackets", nested("$", "{a", "", "}")),
        ("lists in an argument", nested("{a(b:$)}", "[", "1", "]")),
        (
            "objects in an argument",
            nested("{a(b:$)}", "{c:", "1", "}"),
        ),
        (
            "a wide list",
            filled(|inner| format!("{{a(b:[{inner}])}}"), repeated("1 ")),
        ),
        (
            "a huge number",
            filled(|inner| format!("{{a(b:1{inner})}}"), repeated("0")),
        ),
        ("a huge exponent", "{a(b:1e999999999)}".to_owned()),
        (
            "escapes",
            filled(
                |inner| format!("{{a(b:\"{inner}\")}}"),
                repeated("\\u{1F600}"),
            ),
        ),
        (
            "a block string of quotes",
            filled(
                |inner| format!("{{a(b:\"\"\"{inner}\"\"\")}}"),
                repeated("\\\"\"\""),
            ),
        ),
        (
            "a block string of lines",
            filled(
                |inner| format!("{{a(b:\"\"\"{inner}\"\"\")}}"),
                repeated("\n "),
            ),
        ),
        (
            "a string without an end",
            filled(|inner| format!("{{a(b:\"{inner}"), repeated("\\\\")),
        ),
        (
            "comments",
            filled(|inner| format!("{{a{inner}\n}}"), repeated("#")),
        ),
        (
            "commas",
            filled(|inner| format!("{{a{inner}}}"), repeated(",")),
        ),
        (
            "operations",
            filled(
                |inner| format!("{inner}{{a}}"),
                |nth| format!("query q{nth}{{a}}"),
            ),
        ),
        (
            "variables",
            filled(
                |inner| format!("query({inner}){{a}}"),
                |nth| format!("$v{nth}:[[Int!]!]=[[1]]"),
            ),
        ),
        (
            "a type of brackets",
            filled(|inner| format!("query($a:{inner}Int){{a}}"), repeated("[")),
        ),
        ("nothing", String::new()),
        ("no document", "\u{feff}\u{0}".to_owned()),
    ]
}

/// Bodies that are not documents.
pub fn bodies() -> Vec<(&'static str, Transport, String)> {
    let multipart = "multipart/form-data; boundary=x";
    let part = "--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{__typename}\"}\r\n";
    vec![
        (
            "a batch",
            JSON,
            format!("[{}]", vec![body("{__typename}"); 12].join(",")),
        ),
        ("brackets of JSON", JSON, "[".repeat(MAX_REQUEST)),
        ("objects of JSON", JSON, "{\"a\":".repeat(79)),
        (
            "a deep variable",
            JSON,
            format!(
                "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}1{}}}}}",
                "[".repeat(120),
                "]".repeat(120)
            ),
        ),
        (
            "a number of JSON",
            JSON,
            format!(
                "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}}}}}",
                "9".repeat(350)
            ),
        ),
        (
            "an exponent of JSON",
            JSON,
            "{\"query\":\"{a}\",\"variables\":{\"a\":1e-999999999}}".to_owned(),
        ),
        (
            "extensions",
            JSON,
            format!(
                "{{\"query\":\"{{a}}\",\"extensions\":{{\"a\":\"{}\"}}}}",
                "\\u0000".repeat(55)
            ),
        ),
        ("multipart", Transport::Post(multipart), part.to_owned()),
        (
            "a form",
            Transport::Post("application/x-www-form-urlencoded"),
            "query={__typename}&".repeat(20),
        ),
        (
            "plain text",
            Transport::Post("text/plain"),
            body("{__typename}"),
        ),
        (
            "another charset",
            Transport::Post("application/json; charset=utf-16"),
            body("{__typename}"),
        ),
        (
            "graphql as such",
            Transport::Post("application/graphql"),
            "{__typename}".to_owned(),
        ),
        (
            "an address",
            Transport::Get,
            format!("query={}", "%7Ba".repeat(90)),
        ),
        (
            "an address of variables",
            Transport::Get,
            format!("query=%7Ba%7D&variables={}", "%5B".repeat(100)),
        ),
        (
            "an address of parameters",
            Transport::Get,
            "query=%7B__typename%7D&".repeat(16),
        ),
    ]
}
