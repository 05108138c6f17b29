use std::collections::HashSet;

use lab_stack::servers::{self, Durability, Postgres};

async fn tables(client: &tokio_postgres::Client) -> i64 {
    let count = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    client.query_one(count, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn every_test_gets_a_migrated_database_of_its_own() {
    let (one, two) = (
        servers::shared().database().await,
        servers::shared().database().await,
    );
    let (one, two) = (one.connect_as_owner().await, two.connect_as_owner().await);
    assert!(tables(&one).await > 0);
    one.batch_execute("CREATE TABLE only_here (id int)")
        .await
        .unwrap();
    assert_eq!(tables(&one).await, tables(&two).await + 1);
}

#[tokio::test]
async fn databases_are_made_concurrently_and_dropped_after_use() {
    let postgres = Postgres::start();
    let made = futures_util::future::join_all((0..8).map(|_| postgres.database())).await;
    let urls: HashSet<String> = made.iter().map(|database| database.owner_url()).collect();
    assert_eq!(urls.len(), 8);
    drop(made);

    let last = postgres.database().await;
    let client = last.connect_as_owner().await;
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'";
    assert_eq!(
        client.query_one(left, &[]).await.unwrap().get::<_, i64>(0),
        1
    );
}

#[tokio::test]
async fn each_service_role_can_sign_in() {
    let database = servers::shared().database().await;
    for role in [
        "antiphon_users",
        "antiphon_sender",
        "antiphon_receiver",
        "antiphon_worker",
    ] {
        let client = database.connect_as(role).await;
        let row = client
            .query_one("SELECT current_user::text", &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, String>(0), role);
    }
}

#[tokio::test]
async fn a_postgres_that_was_killed_or_stopped_comes_back_on_its_port_with_its_data() {
    let postgres = Postgres::start();
    let database = postgres.database().await;
    let client = database.connect_as_owner().await;
    client
        .batch_execute("CREATE TABLE kept (id int)")
        .await
        .unwrap();
    let before = tables(&client).await;

    postgres.kill();
    assert!(client.batch_execute("SELECT 1").await.is_err());
    postgres.restart();
    assert_eq!(tables(&database.connect_as_owner().await).await, before);

    postgres.stop();
    postgres.restart();
    assert_eq!(tables(&database.connect_as_owner().await).await, before);
}

/// N5: nobody on this machine signs in without a password, in a cluster of an earlier release neither.
#[tokio::test]
async fn a_cluster_that_trusted_everybody_asks_for_passwords_from_then_on() {
    let place = tempfile::Builder::new().tempdir_in("/var/tmp").unwrap();
    let launch = || {
        let directory = lab_stack::directory::Directory::lasting(place.path()).unwrap();
        Postgres::launch(directory.into(), lab_stack::ports::free(), Durability::Kept).unwrap()
    };
    let without_password = async |postgres: &Postgres| {
        let url = format!("postgres://antiphon@127.0.0.1:{}/postgres", postgres.port());
        tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .is_ok()
    };
    let postgres = launch();
    assert!(!without_password(&postgres).await);
    postgres.stop();
    drop(postgres);

    // As it was: a cluster without passwords, and no secret to make them from.
    std::fs::remove_file(place.path().join("secret")).unwrap();
    let rules = place.path().join("postgres/pg_hba.conf");
    let text = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(&rules, text.replace(" scram-sha-256", " trust")).unwrap();

    let postgres = launch();
    assert!(!without_password(&postgres).await);
    servers::connect(&postgres.owner_url("postgres")).await;
}
