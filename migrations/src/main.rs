//! `migrate`: migrates the database to the newest schema and exits.

mod passwords;

use std::process::ExitCode;

use clap::Parser;

use passwords::{OwnerArgs, RoleArgs};

/// Migrates Antiphon's database to the newest schema, sets the passwords of the services' roles, and gives a new
/// installation a lobby. Safe to repeat and to run several times at once.
#[derive(Parser)]
#[command(version)]
struct Config {
    #[command(flatten)]
    owner: OwnerArgs,
    #[command(flatten)]
    roles: RoleArgs,
    /// The name of the public chat that a new installation begins with. Whoever joins it first owns it. If empty, there is none.
    #[arg(long, env, default_value = "Lobby")]
    lobby_name: String,
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
    if !config.lobby_name.is_empty() {
        migrations::create_lobby_on(&database, &config.lobby_name).await?;
    }
    Ok(applied)
}
