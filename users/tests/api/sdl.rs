#[test]
fn the_committed_schema_is_the_one_in_the_code() {
    let committed = include_str!("../../../shared-schema/users.graphql");
    assert_eq!(
        committed,
        users::sdl(),
        "run `cargo run -p users -- sdl > shared-schema/users.graphql`"
    );
}
