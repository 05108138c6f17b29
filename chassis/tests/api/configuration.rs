//! What a configuration says when it is wrong.

use std::io::Write;

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, RedisArgs, Refusal, TokenArgs,
    try_parse_from,
};
use clap::Parser;
use secrecy::ExposeSecret;

/// A service's configuration.
#[derive(Parser, Debug)]
struct Config {
    #[command(flatten)]
    listen: ListenArgs,
    #[command(flatten)]
    postgres: PostgresArgs,
    #[command(flatten)]
    redis: RedisArgs,
    #[command(flatten)]
    tokens: TokenArgs,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    graphql: GraphqlArgs,
    #[command(flatten)]
    drain: DrainArgs,
}

/// Flags rather than variables, because the environment belongs to the whole test process.
fn parse(flags: &str) -> Result<Config, Refusal> {
    let words = std::iter::once("service").chain(flags.split_whitespace());
    try_parse_from(words.map(Into::into))
}

fn refused(flags: &str) -> String {
    match parse(flags) {
        Err(Refusal::Bad(error)) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

const ENOUGH: &str = "--port 4001 --jwks-url http://127.0.0.1/jwks.json";

#[test]
fn the_defaults_are_those_that_tests_get_in_code() {
    let config = parse(ENOUGH).unwrap();
    let in_code = |text: String| text.replace("port: 0", "port: 4001");
    assert_eq!(
        format!("{:?}", config.listen),
        in_code(format!("{:?}", ListenArgs::default()))
    );
    assert_eq!(
        format!("{:?}", config.postgres),
        format!("{:?}", PostgresArgs::default())
    );
    assert_eq!(
        format!("{:?}", config.redis),
        format!("{:?}", RedisArgs::default())
    );
    assert_eq!(
        format!("{:?}", config.log),
        format!("{:?}", LogArgs::default())
    );
    assert_eq!(
        format!("{:?}", config.graphql),
        format!("{:?}", GraphqlArgs::default())
    );
    assert_eq!(
        format!("{:?}", config.drain),
        format!("{:?}", DrainArgs::default())
    );
    assert_eq!(
        config.tokens.token_audience,
        TokenArgs::default().token_audience
    );
    assert_eq!(
        config.tokens.token_issuer,
        TokenArgs::default().token_issuer
    );
}

#[test]
fn one_line_names_the_variable_that_is_missing_or_bad() {
    assert_eq!(refused(""), "PORT, JWKS_URL: not set");
    let port = refused("--port 70000 --jwks-url x");
    assert!(port.starts_with("PORT: ") && !port.contains('\n'), "{port}");
    let timeout = refused(&format!("{ENOUGH} --db-lock-timeout soon"));
    assert!(timeout.starts_with("DB_LOCK_TIMEOUT_MS: "), "{timeout}");
    let format = refused(&format!("{ENOUGH} --log-format xml"));
    assert!(format.starts_with("LOG_FORMAT: "), "{format}");
    let ide = refused(&format!("{ENOUGH} --ide perhaps"));
    assert!(ide.starts_with("IDE: "), "{ide}");
}

#[test]
fn switches_are_on_or_off() {
    let config = parse(&format!("{ENOUGH} --ide off --introspection on")).unwrap();
    assert!(!config.graphql.ide && config.graphql.introspection);
}

#[test]
fn a_secret_on_the_command_line_is_refused_without_repeating_it() {
    let error = refused(&format!(
        "{ENOUGH} --database-url postgres://u:hunter2@h/db"
    ));
    assert!(error.starts_with("DATABASE_URL: "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    for flag in ["database-password", "redis-password"] {
        let error = refused(&format!("{ENOUGH} --{flag} hunter2"));
        assert!(error.contains("_PASSWORD: a secret"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_secret_may_come_from_a_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "redis://:hunter2@127.0.0.1").unwrap();
    let path = file.path().display();
    let config = parse(&format!("{ENOUGH} --redis-url-file {path}")).unwrap();
    let url = config.redis.resolve_url().unwrap();
    assert_eq!(url.expose_secret(), "redis://:hunter2@127.0.0.1");

    let missing = parse(&format!("{ENOUGH} --redis-url-file /does/not/exist")).unwrap();
    let error = missing.redis.resolve_url().unwrap_err().to_string();
    assert!(
        error.starts_with("REDIS_URL_FILE: /does/not/exist: "),
        "{error}"
    );
    let error = parse(ENOUGH).unwrap().redis.resolve_url().unwrap_err();
    assert!(
        error.to_string().starts_with("REDIS_URL: not set"),
        "{error}"
    );
}

#[test]
fn secrets_do_not_show_in_debug_output_or_errors() {
    let args = PostgresArgs::url("postgres://u:hunter2@h:notaport/db");
    assert!(!format!("{args:?}").contains("hunter2"));
    let error = chassis::postgres::connect(&args, "test").err().unwrap();
    assert_eq!(error.to_string(), "DATABASE_URL: not a Postgres URL");
}

#[test]
fn help_documents_every_variable() {
    let Err(Refusal::Help(help)) = parse("--help") else {
        panic!("no help");
    };
    let help = help.to_string();
    for variable in [
        "HOST",
        "PORT",
        "INSTANCE",
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "DATABASE_PASSWORD",
        "DATABASE_PASSWORD_FILE",
        "DB_POOL_MAX",
        "DB_ACQUIRE_TIMEOUT_MS",
        "DB_STATEMENT_TIMEOUT_MS",
        "DB_LOCK_TIMEOUT_MS",
        "REDIS_URL",
        "REDIS_URL_FILE",
        "REDIS_USERNAME",
        "REDIS_PASSWORD",
        "REDIS_PASSWORD_FILE",
        "JWKS_URL",
        "TOKEN_ISSUER",
        "TOKEN_AUDIENCE",
        "LOG",
        "LOG_FORMAT",
        "IDE",
        "INTROSPECTION",
        "ALLOWED_ORIGINS",
        "DRAIN_WAIT_MS",
        "SHUTDOWN_TIMEOUT_MS",
    ] {
        assert!(
            ["=", "]"]
                .iter()
                .any(|end| help.contains(&format!("[env: {variable}{end}"))),
            "{variable} is not in\n{help}"
        );
    }
}
