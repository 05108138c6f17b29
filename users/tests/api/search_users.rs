use serde_json::{Value, json};

use lab_stack::testing::GraphqlResponse;

use crate::app::{PASSWORD, SignedIn, TestApp, TestEnvironment, app};

async fn search(app: &TestApp, asking: &SignedIn, arguments: Value) -> GraphqlResponse {
    let query = "query($query: String!, $first: Int, $after: String) {
        searchUsers(query: $query, first: $first, after: $after) {
            nodes { username } edges { cursor node { username } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        } }";
    app.as_user(asking).send(query, arguments).await
}

fn names(answer: &GraphqlResponse) -> Vec<&str> {
    let nodes = answer.payload()["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["username"].as_str().unwrap())
        .collect()
}

/// People with these usernames and display names, without the work of their passwords.
async fn people(environment: &TestEnvironment, people: &[(&str, &str)]) {
    let owner = environment.database.connect_as_owner().await;
    let insert = "INSERT INTO users (id, username, email, password_hash, display_name)
        VALUES (gen_random_uuid(), $1, $1 || '@example.com', '', $2)";
    for (username, display_name) in people {
        owner
            .execute(insert, &[username, display_name])
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn people_are_found_by_a_part_of_either_name_closest_first() {
    let (environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    people(
        &environment,
        &[
            ("xmarvin", "X"),
            ("marvin_2", "Y"),
            ("marvin", "Z"),
            ("robot", "Paranoid MARVIN"),
            ("other", "Somebody"),
        ],
    )
    .await;
    let answer = search(&app, &asking, json!({ "query": " Marvin " })).await;
    assert_eq!(names(&answer), ["marvin", "marvin_2", "robot", "xmarvin"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let (environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    let all: Vec<String> = (0..25)
        .map(|n| format!("{}robot{n:02}", ["", "x"][n % 2]))
        .collect();
    let everyone: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), "Robot")).collect();
    people(&environment, &everyone).await;

    let (mut seen, mut after) = (Vec::new(), Value::Null);
    for page in 0..4 {
        let answer = search(
            &app,
            &asking,
            json!({ "query": "robot", "first": 7, "after": after }),
        )
        .await;
        seen.extend(names(&answer).into_iter().map(str::to_owned));
        let info = &answer.ok()["pageInfo"];
        assert_eq!(info["hasNextPage"], page < 3);
        assert_eq!(info["hasPreviousPage"], page > 0);
        after = info["endCursor"].clone();
    }
    assert_eq!(seen.len(), 25);
    let once = search(&app, &asking, json!({ "query": "robot", "first": 100 })).await;
    assert_eq!(seen, names(&once));
}

#[tokio::test]
async fn twenty_are_a_page_unless_asked_otherwise() {
    let (environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    let all: Vec<String> = (0..25).map(|n| format!("robot{n:02}")).collect();
    let everyone: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), "Robot")).collect();
    people(&environment, &everyone).await;
    let answer = app
        .as_user(&asking)
        .send(
            "{ searchUsers(query: \"robot\") { nodes { username } } }",
            json!({}),
        )
        .await;
    assert_eq!(names(&answer).len(), 20);
}

#[tokio::test]
async fn wildcards_stand_for_themselves() {
    let (environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    people(
        &environment,
        &[
            ("a_b_c", "A"),
            ("axbxc", "B"),
            ("percent", "100% sure"),
            ("slash", r"C:\dir"),
        ],
    )
    .await;
    for (query, expected) in [
        ("a_b", vec!["a_b_c"]),
        ("___", vec![]),
        ("%%%", vec![]),
        ("00%", vec!["percent"]),
        (r":\d", vec!["slash"]),
        ("' OR 1=1 --", vec![]),
    ] {
        let answer = search(&app, &asking, json!({ "query": query })).await;
        assert_eq!(names(&answer), expected, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused_with_the_field() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    for (arguments, field) in [
        (json!({ "query": "" }), "query"),
        (json!({ "query": " a " }), "query"),
        (json!({ "query": "a".repeat(101) }), "query"),
        (json!({ "query": "ada", "first": 0 }), "first"),
        (json!({ "query": "ada", "first": -1 }), "first"),
        (json!({ "query": "ada", "first": 101 }), "first"),
        (json!({ "query": "ada", "after": "nonsense" }), "after"),
    ] {
        let query = "query($query: String!, $first: Int, $after: String) {
            searchUsers(query: $query, first: $first, after: $after) { nodes { id } } }";
        let answer = app.as_user(&ada).send(query, arguments.clone()).await;
        assert_eq!(answer.refusal(), ("BAD_USER_INPUT", field), "{arguments}");
    }
}

#[tokio::test]
async fn a_deactivated_user_is_not_found() {
    let (_environment, app) = app().await;
    let (ada, marvin) = (app.sign_up("ada").await, app.sign_up("marvin").await);
    assert_eq!(
        names(&search(&app, &ada, json!({ "query": "marvin" })).await),
        ["marvin"]
    );
    let input = json!({ "password": PASSWORD });
    app.as_user(&marvin)
        .mutate("deactivateUser", "userId", input)
        .await
        .ok();
    assert!(names(&search(&app, &ada, json!({ "query": "marvin" })).await).is_empty());
}

#[tokio::test]
async fn a_search_among_many_uses_the_index() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    environment
        .execute(
            "INSERT INTO users (id, username, email, password_hash, display_name, about)
             SELECT gen_random_uuid(), md5(n::text), n || '@example.com', repeat('x', 97), md5((-n)::text), repeat('x', 300)
             FROM generate_series(1, 20000) AS n",
        )
        .await;
    // Also empties the list of entries that are not in the index proper yet, as autovacuum does.
    environment.execute("VACUUM ANALYZE users").await;
    let mut scans = 0;
    // More often than Postgres plans a statement anew, twice each, and for as long as its statistics take to appear.
    for _ in 0..100 {
        // Two letters, one ideograph, and letters that a database of English does not know are in the index too.
        for query in ["abcdef", "ab", "李", "ёлка"] {
            search(&app, &ada, json!({ "query": query })).await.ok();
        }
        scans = environment
            .count("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'users_found'")
            .await;
        if scans > 64 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(scans > 64, "{scans}");
}

#[tokio::test]
async fn a_whole_page_with_everything_is_within_the_limit_of_complexity() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let profile = "id username displayName about createdAt";
    let query = format!(
        "{{ searchUsers(query: \"ada\", first: 100) {{
            nodes {{ {profile} }} edges {{ cursor node {{ {profile} }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        }} }}"
    );
    app.as_user(&ada).send(&query, json!({})).await.ok();
    let twice = format!("{{ a: {0} b: {0} }}", &query[1..query.len() - 1]);
    assert_eq!(
        app.as_user(&ada).send(&twice, json!({})).await.code(),
        "BAD_USER_INPUT"
    );
}

/// B16: the same accented word in another Unicode form is found, both ways.
#[tokio::test]
async fn b16_names_are_found_in_every_unicode_form() {
    let (_environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    for (username, stored) in [
        ("composed", "Zo\u{eb} L\u{e9}m\u{e1}r"),
        ("decomposed", "Zoe\u{308} Le\u{301}ma\u{301}r"),
    ] {
        let person = app.sign_up(username).await;
        let input = json!({ "displayName": stored, "version": 1 });
        let profile = "account { user { displayName } }";
        let payload = app
            .as_user(&person)
            .mutate("updateProfile", profile, input)
            .await;
        assert_eq!(
            payload.ok()["account"]["user"]["displayName"],
            "Zo\u{eb} L\u{e9}m\u{e1}r"
        );
    }
    for query in [
        "zo\u{eb}",
        "Zoe\u{308}",
        "l\u{e9}m",
        "LE\u{301}M",
        "\u{eb} l",
        "ＺＯ\u{eb}",
    ] {
        let answer = search(&app, &asking, json!({ "query": query })).await;
        assert_eq!(names(&answer), ["composed", "decomposed"], "{query}");
    }
}

/// F12: short names are found: by two letters, and by one in the scripts in which one is a word.
#[tokio::test]
async fn f12_short_names_are_found() {
    let (environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    let everyone = [
        ("liming", "李明"),
        ("bo_", "Bo"),
        ("al_k", "Al Khwarizmi"),
        ("robot", "Paranoid Android"),
        ("sakura", "さくら"),
        ("minjun", "김민준"),
        ("olga", "Ольга Иванова"),
        ("bobby", "Bobby"),
        ("fox", "🦊"),
    ];
    people(&environment, &everyone).await;
    for (query, expected) in [
        ("李明", vec!["liming"]),
        ("李", vec!["liming"]),
        ("明", vec!["liming"]),
        ("く", vec!["sakura"]),
        ("민준", vec!["minjun"]),
        ("🦊", vec!["fox"]),
        ("bo", vec!["bo_", "bobby"]),
        ("AL", vec!["al_k"]),
        ("kh", vec!["al_k"]),
        ("ив", vec!["olga"]),
        ("Ольг", vec!["olga"]),
        ("льга", vec!["olga"]),
        ("oid", vec!["robot"]),
        ("no", vec![]),
    ] {
        let answer = search(&app, &asking, json!({ "query": query })).await;
        assert_eq!(names(&answer), expected, "{query}");
    }
    for query in ["b", "я", " a ", "\u{200b}", "\u{3164}"] {
        let refused = search(&app, &asking, json!({ "query": query })).await;
        assert_eq!(refused.refusal(), ("BAD_USER_INPUT", "query"), "{query}");
        assert_eq!(refused.error()["extensions"]["reason"], "TOO_SHORT");
    }
}

/// What a release wrote that folds nothing is found too, and a name that it changed by the new one.
#[tokio::test]
async fn names_that_an_older_release_wrote_are_found() {
    let (environment, app) = app().await;
    let asking = app.sign_up("asking").await;
    people(&environment, &[("one", "Straße ΟΔΥΣΣΕΥΣ"), ("two", "İpek")]).await;
    let owner = environment.database.connect_as_owner().await;
    let rename = "UPDATE users SET display_name = 'Şeyda' WHERE username = 'two'";
    owner.execute(rename, &[]).await.unwrap();
    for (query, expected) in [
        ("strasse", vec!["one"]),
        ("οδυσσευς", vec!["one"]),
        ("şey", vec!["two"]),
        ("ipek", vec![]),
    ] {
        let answer = search(&app, &asking, json!({ "query": query })).await;
        assert_eq!(names(&answer), expected, "{query}");
    }
}
