//! `migrate`: brings the database to the newest schema and ends.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// Brings Antiphon's database to the newest schema. Safe to run again, and from several places at once.
#[derive(Parser)]
#[command(version)]
struct Config {
    /// The database, as its owner: postgres://owner@host:port/name
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,

    /// A folder with a password per service role, in files named `users`, `sender` and `receiver`. Absent files leave
    /// the role as it is.
    #[arg(long, env = "ROLE_PASSWORDS")]
    role_passwords: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match migrate(&Config::parse()).await {
        Ok(applied) => {
            println!("migrate: {applied} applied, the schema is up to date");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("migrate: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn migrate(config: &Config) -> Result<usize, Box<dyn std::error::Error>> {
    let applied = migrations::run(&config.database_url).await?;
    if let Some(folder) = &config.role_passwords {
        for (service, role) in migrations::ROLES {
            match std::fs::read_to_string(folder.join(service)) {
                Ok(password) => {
                    migrations::set_password(&config.database_url, role, password.trim()).await?;
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(format!("{service}: {error}").into()),
            }
        }
    }
    Ok(applied)
}
