//! The committed SDL is what the code says.

#[test]
fn the_committed_schema_is_what_the_code_prints() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared-schema/sender.graphql"
    );
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == sender::schema::sdl(),
        "the schema has changed: run `make sdl`"
    );
}
