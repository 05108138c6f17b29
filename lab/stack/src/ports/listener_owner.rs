//! Finds the process that listens on a port.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

/// A description of the process that listens on `port`; `None` if the port is free.
pub fn listener_owner(port: u16) -> Option<String> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => None,
        Err(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => {
            Some(process_at(port).unwrap_or_else(|| "another user's process".to_owned()))
        }
        Err(cause) => Some(format!("no process, but it cannot be used ({cause})")),
    }
}

fn process_at(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(fs::read_to_string);
    let inodes: Vec<String> = tables
        .iter()
        .flatten()
        .flat_map(|table| listening(table, port))
        .collect();
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter(|entry| entry.path().join("fd").is_dir())
        .find_map(|entry| {
            let files = fs::read_dir(entry.path().join("fd")).ok()?.flatten();
            let mut targets = files.filter_map(|file| fs::read_link(file.path()).ok());
            let is_owner = targets.any(|target| {
                inodes
                    .iter()
                    .any(|inode| target.as_os_str() == format!("socket:[{inode}]").as_str())
            });
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            let pid = entry.file_name().to_string_lossy().into_owned();
            is_owner.then(|| format!("{} (process {pid})", name.trim()))
        })
}

/// The inodes of sockets that listen on `port`, from the text of /proc/net/tcp: columns are
/// `sl local_address rem_address st ... inode`, numbers in hexadecimal, 0A for LISTEN.
fn listening(table: &str, port: u16) -> Vec<String> {
    let inode = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let local = columns.get(1)?.rsplit(':').next()?;
        let is_ours = u16::from_str_radix(local, 16) == Ok(port) && columns.get(3) == Some(&"0A");
        is_ours
            .then(|| columns.get(9).map(|inode| (*inode).to_owned()))
            .flatten()
    };
    table.lines().skip(1).filter_map(inode).collect()
}
