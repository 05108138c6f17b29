//! Prints the reasons as `shared-schema/reasons.json` holds them: `make sdl`.

fn main() {
    println!("{:#}", shared_schema::Reason::catalogue());
}
