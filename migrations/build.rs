//! A script that is added changes nothing that the compiler looks at.

fn main() {
    println!("cargo:rerun-if-changed=sql");
}
