use async_graphql::parser::parse_schema;
use chassis::graphql::sdl;

use crate::schema;

#[test]
fn the_sdl_is_sorted_and_ends_in_one_newline() {
    let text = sdl(&schema::build());
    assert_eq!(text, sdl(&schema::build()));
    assert!(text.ends_with('\n') && !text.ends_with("\n\n") && !text.starts_with('\n'));
    assert!(!text.contains("\n\n\n") && !text.contains('\t'), "{text}");
    assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
    let definitions = parse_schema(&text).unwrap().definitions.len();
    assert!(definitions >= 3, "{definitions}");

    let query = text.split("type Query {").nth(1).unwrap();
    let fields: Vec<&str> = query
        .lines()
        .take_while(|line| *line != "}")
        .filter_map(|line| line.trim().split(['(', ':']).next())
        .filter(|name| !name.is_empty())
        .collect();
    assert!(fields.len() > 5 && fields.is_sorted(), "{fields:?}");
}
