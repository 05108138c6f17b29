//! The binary, against a Postgres that asks everybody for a password.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use lab_stack::directory::Directory;
use lab_stack::ports;
use lab_stack::servers::{Durability, Postgres};
use tokio_postgres::{Config, NoTls};

const PASSWORD: &str = "p@ss/%'\" #$";

async fn server() -> Postgres {
    let directory = Arc::new(Directory::temporary().unwrap());
    // One whose data is kept checks passwords as every other deployment does.
    let postgres = Postgres::launch(directory, ports::free(), Durability::Kept).unwrap();
    postgres.create_database("antiphon").await.unwrap();
    postgres
}

fn migrate(postgres: &Postgres, environment: &[(&str, &str)]) -> Output {
    let url = format!("postgres://antiphon@127.0.0.1:{}/antiphon", postgres.port());
    Command::new(env!("CARGO_BIN_EXE_migrate"))
        .env_clear()
        .env("DATABASE_URL", url)
        .env("DATABASE_PASSWORD", postgres.password_of("antiphon"))
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

async fn can_sign_in(postgres: &Postgres, role: &str, password: &str) -> bool {
    let mut config = Config::new();
    config
        .host("127.0.0.1")
        .port(postgres.port())
        .dbname("antiphon")
        .user(role)
        .password(password);
    config.connect(NoTls).await.is_ok()
}

/// SCALE 3, 4: passwords come from variables or from files, and are any text.
#[tokio::test]
async fn the_roles_get_their_passwords_from_variables_and_from_files() {
    let postgres = server().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("receiver");
    std::fs::write(&file, format!("{PASSWORD}3\n")).unwrap();
    let output = migrate(
        &postgres,
        &[
            ("USERS_DB_PASSWORD", PASSWORD),
            // What Compose makes of a variable that is not set.
            ("SENDER_DB_PASSWORD", ""),
            ("RECEIVER_DB_PASSWORD_FILE", file.to_str().unwrap()),
        ],
    );
    assert!(output.status.success(), "{output:?}");
    assert!(can_sign_in(&postgres, "antiphon_users", PASSWORD).await);
    assert!(can_sign_in(&postgres, "antiphon_receiver", &format!("{PASSWORD}3")).await);
    assert!(!can_sign_in(&postgres, "antiphon_users", "p@ss").await);
    assert!(!can_sign_in(&postgres, "antiphon_sender", PASSWORD).await);
    assert!(!can_sign_in(&postgres, "antiphon_sender", "").await);

    std::fs::write(folder.path().join("sender"), PASSWORD).unwrap();
    let folder = folder.path().to_str().unwrap();
    let output = migrate(&postgres, &[("ROLE_PASSWORDS", folder)]);
    assert!(output.status.success(), "{output:?}");
    assert!(can_sign_in(&postgres, "antiphon_sender", PASSWORD).await);
}

/// SCALE 4: a folder that was meant to hold passwords and does not is a mistake, not a wish to keep them.
#[tokio::test]
async fn a_folder_without_passwords_and_an_empty_file_are_refused_before_anything_is_changed() {
    let postgres = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    refused(migrate(&postgres, &[("ROLE_PASSWORDS", path)]), path);
    refused(
        migrate(&postgres, &[("ROLE_PASSWORDS", "/nowhere")]),
        "/nowhere",
    );
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    let empty = empty.to_str().unwrap();
    refused(
        migrate(&postgres, &[("USERS_DB_PASSWORD_FILE", empty)]),
        "USERS_DB_PASSWORD_FILE",
    );
    let absent = Path::new(path).join("absent");
    let absent = absent.to_str().unwrap();
    refused(
        migrate(&postgres, &[("SENDER_DB_PASSWORD_FILE", absent)]),
        "SENDER_DB_PASSWORD_FILE",
    );
    let owner = lab_stack::servers::connect(&postgres.owner_url("antiphon")).await;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let tables: i64 = owner.query_one(tables, &[]).await.unwrap().get(0);
    assert_eq!(tables, 0);
}

fn refused(output: Output, word: &str) {
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains(word), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
