//! Finds the services that were built together with the running program.

use std::path::PathBuf;

use crate::Error;

/// The binary `name` in the target directory that the running test or program is in.
pub(super) fn find(name: &str) -> Result<PathBuf, Error> {
    let ours = std::env::current_exe().map_err(|cause| Error::io("find my own program", cause))?;
    let mut directory = ours;
    directory.pop();
    if directory.ends_with("deps") {
        directory.pop(); // Tests live one level below.
    }
    let path = directory.join(name);
    match path.is_file() {
        true => Ok(path),
        false => Err(Error::NotBuilt { path }),
    }
}
