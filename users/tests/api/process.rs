//! The binary, and the schema that it prints.

use std::process::{Command, Output};

use lab_stack::testing::conformance;

fn users(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_users"));
    command.args(arguments).env_clear().output().unwrap()
}

#[test]
fn the_committed_schema_is_the_one_that_the_binary_prints() {
    let printed = String::from_utf8(users(&["sdl"]).stdout).unwrap();
    conformance::assert_committed_schema("users", &printed);
}

#[test]
fn help_explains_every_variable() {
    let help = String::from_utf8(users(&["--help"]).stdout).unwrap();
    for variable in [
        "HOST",
        "PORT",
        "INSTANCE",
        "DATABASE_URL",
        "REDIS_URL",
        "SIGNING_KEY_FILE",
        "PUBLISHED_KEY_FILES",
        "TOKEN_ISSUER",
        "TOKEN_AUDIENCE",
        "ACCESS_TOKEN_SECONDS",
        "LOGINS_PER_ACCOUNT",
        "LOGINS_PER_ADDRESS",
        "REGISTRATIONS_PER_ADDRESS",
        "USERNAME_CHANGES_PER_USER",
        "TRUSTED_PROXIES",
        "LOG",
    ] {
        assert!(help.contains(&format!("[env: {variable}")), "{variable}");
    }
    assert!(help.contains("users sdl"));
}

#[test]
fn a_missing_or_bad_variable_is_named_in_one_line() {
    for (arguments, expected) in [
        (vec!["--port", "0"], "SIGNING_KEY_FILE: not set\n"),
        (
            vec![
                "--port",
                "0",
                "--signing-key-file",
                "k",
                "--trusted-proxies",
                "nonsense",
            ],
            "TRUSTED_PROXIES: ",
        ),
        (
            vec![
                "--port",
                "0",
                "--signing-key-file",
                "k",
                "--logins-per-account",
                "often",
            ],
            "LOGINS_PER_ACCOUNT: ",
        ),
    ] {
        let output = users(&arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(!output.status.success());
    }
}
