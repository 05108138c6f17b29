//! Finds the servers that Antiphon runs on.

use std::path::{Path, PathBuf};

use crate::Error;

/// The path of a PostgreSQL program: the newest in Debian's places, else one on `PATH`.
pub fn postgres(program: &'static str) -> Result<PathBuf, Error> {
    let mut installed: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let version = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let path = format!("/usr/lib/postgresql/{version}/bin/{program}");
            Some((version, PathBuf::from(path)))
        })
        .filter(|(_, path)| path.is_file())
        .collect();
    installed.sort();
    let newest = installed.pop().map(|(_, path)| path);
    newest
        .or_else(|| on_path(program))
        .ok_or(Error::MissingProgram {
            program,
            package: "postgresql",
        })
}

/// The path of `redis-server`.
pub fn redis() -> Result<PathBuf, Error> {
    find("redis-server", "redis-server")
}

/// The path of `haproxy`.
pub fn haproxy() -> Result<PathBuf, Error> {
    find("haproxy", "haproxy")
}

/// The path of `nginx`.
pub fn nginx() -> Result<PathBuf, Error> {
    find("nginx", "nginx-light")
}

fn find(program: &'static str, package: &'static str) -> Result<PathBuf, Error> {
    on_path(program).ok_or(Error::MissingProgram { program, package })
}

/// Debian keeps servers in `/usr/sbin`, which is not on everyone's `PATH`.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([
            Path::new("/usr/sbin").to_owned(),
            Path::new("/usr/local/sbin").to_owned(),
        ])
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}
