//! A real Postgres behind the pool: its bounds, its failures, its schema.

use std::time::{Duration, Instant};

use chassis::{
    Error,
    config::PostgresArgs,
    postgres::{Pool, connect, require_schema},
};
use futures_util::future::join_all;

const SENDER: &str = "antiphon_sender";

/// Short timeouts, so that the tests are.
fn impatient(url: String) -> PostgresArgs {
    PostgresArgs {
        db_pool_max: Some(2),
        db_acquire_timeout: Duration::from_millis(200),
        db_statement_timeout: Duration::from_millis(400),
        db_lock_timeout: Duration::from_millis(100),
        ..PostgresArgs::url(url)
    }
}

async fn pool(role: &str) -> (lab_stack::servers::TestDatabase, Pool) {
    let database = lab_stack::servers::shared().database().await;
    let pool = connect(&impatient(database.url_as(role)), "chassis-test").unwrap();
    (database, pool)
}

/// SCALE 3: a password is any text, in the variable and in its file, and never part of a URL.
#[tokio::test]
async fn a_password_of_any_text_stands_beside_the_url() {
    const PASSWORD: &str = "p@ss/%'\" #?:[ä]";
    let postgres = lab_stack::servers::Postgres::start();
    postgres.create_database("odd").await.unwrap();
    let owner = lab_stack::servers::connect(&postgres.owner_url("odd")).await;
    owner.batch_execute("CREATE ROLE odd LOGIN").await.unwrap();
    set_password(&owner, PASSWORD).await;

    let url = format!("postgres://odd@127.0.0.1:{}/odd", postgres.port());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{PASSWORD}\n")).unwrap();
    for args in [
        PostgresArgs {
            database_password: Some(PASSWORD.into()),
            ..PostgresArgs::url(&url)
        },
        PostgresArgs {
            database_password_file: Some(file.path().into()),
            ..PostgresArgs::url(&url)
        },
        // What stands beside the URL replaces what stands in it.
        PostgresArgs {
            database_password: Some(PASSWORD.into()),
            ..PostgresArgs::url(url.replace("odd@", "odd:wrong@"))
        },
    ] {
        let pool = connect(&args, "chassis-test").unwrap();
        run(&pool, "SELECT 1").await.unwrap();
    }
    let wrong = PostgresArgs {
        database_password: Some("p@ss".into()),
        ..PostgresArgs::url(&url)
    };
    let pool = connect(&wrong, "chassis-test").unwrap();
    assert_unavailable(run(&pool, "SELECT 1").await);
}

async fn set_password(owner: &tokio_postgres::Client, password: &str) {
    let quoted = "SELECT format('ALTER ROLE odd PASSWORD %L', $1::text)";
    let statement: String = owner.query_one(quoted, &[&password]).await.unwrap().get(0);
    owner.batch_execute(&statement).await.unwrap();
}

async fn run(pool: &Pool, sql: &str) -> Result<(), Error> {
    Ok(pool.get().await?.batch_execute(sql).await?)
}

fn assert_unavailable(outcome: Result<(), Error>) {
    assert!(
        matches!(outcome, Err(Error::Unavailable { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable() {
    let (_database, pool) = pool(SENDER).await;
    let began = Instant::now();
    assert_unavailable(run(&pool, "SELECT pg_sleep(10)").await);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    run(&pool, "SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_lock_that_someone_else_holds_is_unavailable() {
    let (_database, pool) = pool(SENDER).await;
    let holder = pool.get().await.unwrap();
    holder
        .batch_execute("BEGIN; SELECT pg_advisory_xact_lock(7)")
        .await
        .unwrap();
    let began = Instant::now();
    assert_unavailable(run(&pool, "BEGIN; SELECT pg_advisory_xact_lock(7)").await);
    assert!(
        began.elapsed() < Duration::from_millis(350),
        "the statement timeout, not the lock's"
    );
}

#[tokio::test]
async fn a_pool_with_nothing_free_is_unavailable() {
    let (_database, pool) = pool(SENDER).await;
    let _taken = (pool.get().await.unwrap(), pool.get().await.unwrap());
    let began = Instant::now();
    assert_unavailable(run(&pool, "SELECT 1").await);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn after_many_waited_in_vain_nobody_waits_until_one_finds_the_database_back() {
    let (_database, pool) = pool(SENDER).await;
    let taken = (pool.get().await.unwrap(), pool.get().await.unwrap());
    for outcome in join_all((0..40).map(|_| run(&pool, "SELECT 1"))).await {
        assert_unavailable(outcome);
    }
    let began = Instant::now();
    for _ in 0..100 {
        assert_unavailable(run(&pool, "SELECT 1").await);
    }
    let took = began.elapsed();
    assert!(took < Duration::from_millis(200), "{took:?} for a hundred");

    // After a second one attempt tells, and all others still do not wait for it.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let began = Instant::now();
    for outcome in join_all((0..40).map(|_| run(&pool, "SELECT 1"))).await {
        assert_unavailable(outcome);
    }
    let took = began.elapsed();
    assert!(took > Duration::from_millis(150), "nobody tried: {took:?}");
    let began = Instant::now();
    assert_unavailable(run(&pool, "SELECT 1").await);
    assert!(began.elapsed() < Duration::from_millis(100));

    drop(taken);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    run(&pool, "SELECT 1").await.unwrap();
    for outcome in join_all((0..2).map(|_| run(&pool, "SELECT 1"))).await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_crowd_that_waits_in_vain_while_others_are_served_shuts_nobody_out() {
    let (_database, pool) = pool(SENDER).await;
    let _taken = pool.get().await.unwrap();
    // One connection for all: it goes from hand to hand, and most come too late.
    let crowd = (0..60).map(|_| run(&pool, "SELECT pg_sleep(0.05)"));
    let outcomes = join_all(crowd).await;
    let served = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!((1..40).contains(&served), "{served} were served");
    run(&pool, "SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_connection_that_is_cut_is_unavailable_and_is_not_handed_out_again() {
    let (_database, pool) = pool(SENDER).await;
    let cut = "SELECT pg_terminate_backend(pg_backend_pid())";
    assert_unavailable(run(&pool, cut).await);
    // The end of the socket arrives a moment after the error.
    tokio::time::sleep(Duration::from_millis(100)).await;
    run(&pool, "SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_database_that_only_reads_is_unavailable_for_writes() {
    let (_database, pool) = pool("antiphon_receiver").await;
    assert_unavailable(run(&pool, "CREATE TABLE t ()").await);
}

#[tokio::test]
async fn a_wrong_statement_is_our_fault() {
    let (_database, pool) = pool(SENDER).await;
    let outcome = run(&pool, "SELECT no_such_column").await;
    assert!(
        matches!(outcome, Err(Error::Internal { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn connections_say_whose_they_are() {
    let (_database, pool) = pool(SENDER).await;
    let client = pool.get().await.unwrap();
    let sql = "SELECT current_setting('application_name'), current_setting('idle_in_transaction_session_timeout')";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("chassis-test", "10s"));
}

#[tokio::test]
async fn a_service_refuses_to_start_on_an_older_schema() {
    let (database, pool) = pool(SENDER).await;
    let owner = database.connect_as_owner().await;
    let sql = "SELECT max(version) FROM refinery_schema_history";
    let current: i32 = owner.query_one(sql, &[]).await.unwrap().get(0);
    let current = u32::try_from(current).unwrap();
    require_schema(&pool, current).await.unwrap();
    let error = require_schema(&pool, current + 1)
        .await
        .unwrap_err()
        .to_string();
    let expected = format!("schema version {current} is older than {}", current + 1);
    assert!(
        error.contains(&expected) && !error.contains('\n'),
        "{error}"
    );
}

#[tokio::test]
async fn a_service_refuses_to_start_on_a_database_that_was_never_migrated() {
    let server = lab_stack::servers::Postgres::start();
    let pool = connect(&impatient(server.owner_url("postgres")), "chassis-test").unwrap();
    let error = require_schema(&pool, 1).await.unwrap_err().to_string();
    assert!(
        error.contains("schema version 0 is older than 1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_without_tls_is_refused_when_the_url_asks_for_it() {
    let database = lab_stack::servers::shared().database().await;
    let url = database.url_as(SENDER);
    let separator = if url.contains('?') { '&' } else { '?' };
    let args = impatient(format!("{url}{separator}sslmode=require"));
    // A machine without root certificates refuses even earlier.
    if let Ok(pool) = connect(&args, "chassis-test") {
        assert_unavailable(run(&pool, "SELECT 1").await);
    }
}
