//! `migrate`: brings the database to the newest schema and ends.

mod passwords;

use std::process::ExitCode;

use clap::Parser;

use passwords::{OwnerArgs, RoleArgs};

/// Brings Antiphon's database to the newest schema. Safe to run again, and from several places at once.
#[derive(Parser)]
#[command(version)]
struct Config {
    #[command(flatten)]
    owner: OwnerArgs,
    #[command(flatten)]
    roles: RoleArgs,
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
    // Everything is read before anything is changed.
    let database = config.owner.database()?;
    let passwords = config.roles.passwords()?;
    let applied = migrations::run_on(&database).await?;
    for (role, password) in passwords {
        migrations::set_password_on(&database, role, &password).await?;
    }
    Ok(applied)
}
