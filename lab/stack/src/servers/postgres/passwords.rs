//! Password authentication of a private PostgreSQL.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use super::{Durability, OWNER, Postgres};
use crate::db::set_password_statement;
use crate::{Error, installed_programs};

impl Postgres {
    /// MD5 for tests: they open thousands of connections, and SCRAM is slow on purpose.
    pub(super) fn authentication(&self) -> &'static str {
        match self.durability {
            Durability::Kept => "--auth=scram-sha-256",
            Durability::ThrownAway => "--auth=md5",
        }
    }

    /// A file with the owner's password that only `initdb` can read. It is removed when the value is dropped.
    pub(super) fn password_file(&self) -> Result<tempfile::NamedTempFile, Error> {
        let failed = |cause| Error::io("write the password of the database's owner", cause);
        let mut file = tempfile::NamedTempFile::new_in(self.directory.path()).map_err(failed)?;
        writeln!(file, "{}", self.secret.password(OWNER)).map_err(failed)?;
        self.account.give_ownership(file.path())?;
        Ok(file)
    }

    /// Requires passwords in a cluster of an earlier release, which had none. The owner's password is set while nobody can
    /// connect.
    pub(super) fn require_passwords(&self) -> Result<(), Error> {
        let path = self.data.join("pg_hba.conf");
        let failed = |cause| Error::io(format!("change {}", path.display()), cause);
        let rules = fs::read_to_string(&path).map_err(failed)?;
        let trusts = |line: &str| !line.starts_with('#') && line.ends_with(" trust");
        if !rules.lines().any(trusts) {
            return Ok(());
        }
        let program = installed_programs::postgres("postgres")?;
        let mut single = self.account.command(&program);
        single
            .args(["--single", "-D"])
            .arg(&self.data)
            .arg("postgres")
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = single
            .spawn()
            .map_err(|cause| Error::io("run postgres --single", cause))?;
        let password = self.secret.password(OWNER);
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{}", set_password_statement(OWNER, &password)).map_err(failed)?;
        }
        let status = child.wait().map_err(failed)?;
        if !status.success() {
            return Err(Error::Failed {
                program: "postgres --single".to_owned(),
                output: status.to_string(),
            });
        }
        let rules: Vec<String> = rules
            .lines()
            .map(|line| match line.strip_suffix(" trust") {
                Some(rest) if trusts(line) => format!("{rest} scram-sha-256"),
                _ => line.to_owned(),
            })
            .collect();
        fs::write(&path, rules.join("\n") + "\n").map_err(failed)
    }
}
