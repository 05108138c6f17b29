//! `searchMessages`: what is found, by whom, in which order, and at which cost.

use std::{collections::BTreeSet, time::Duration};

use chassis::rate_limit::Rate;
use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind};

use crate::app::{Person, TestApp};

const SEARCH: &str = "query($query: String!, $chat: ID, $first: Int! = 20, $after: String) {
    searchMessages(query: $query, chatId: $chat, first: $first, after: $after) {
        complete searchedBackTo pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor highlights { start length } node { chatId number content createdAt } } } }";

async fn search(app: &TestApp, person: &Person, query: &str) -> Value {
    let variables = json!({ "query": query });
    app.ask(Some(person), SEARCH, variables).await.ok()
}

fn texts(page: &Value) -> Vec<&str> {
    let edges = page["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| edge["node"]["content"].as_str().unwrap())
        .collect()
}
/// What a search finds, whether workers have come to the messages or not.
async fn found(app: &TestApp, person: &Person, query: &str) -> Vec<String> {
    let before = found_now(app, person, query).await;
    app.index_words().await;
    assert_eq!(found_now(app, person, query).await, before, "{query}");
    before
}

async fn found_now(app: &TestApp, person: &Person, query: &str) -> Vec<String> {
    let page = search(app, person, query).await;
    assert_eq!(page["complete"], true, "{query}: {page}");
    texts(&page).into_iter().map(str::to_owned).collect()
}

/// The parts of the text that are highlighted, as a client cuts them out.
fn highlighted(edge: &Value) -> Vec<String> {
    let units: Vec<u16> = edge["node"]["content"]
        .as_str()
        .unwrap()
        .encode_utf16()
        .collect();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let ranges = edge["highlights"].as_array().unwrap().iter();
    ranges
        .map(|range| {
            let start = number(&range["start"]);
            String::from_utf16(&units[start..start + number(&range["length"])]).unwrap()
        })
        .collect()
}

/// FEATURES 10: each of these was reported to systems that do not find it.
#[tokio::test]
async fn words_of_all_scripts_are_found_and_highlighted() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let (long, wide) = ("x".repeat(300), "\u{fc}".repeat(300));
    let (long, wide) = (long.as_str(), wide.as_str());
    for (text, query, highlights) in [
        ("我家在上海东边", "上海", vec!["上海"]),
        ("我家在北京东边", "北", vec!["北"]),
        ("他住在天津的西边", "西边", vec!["西边"]),
        ("我家在南京街", "街", vec!["街"]),
        ("看见红色的大象了", "红色的大象", vec!["红色的大象"]),
        ("日本語のテキスト", "テキスト", vec!["テキスト"]),
        ("한국어를 배웁니다", "한국어", vec!["한국어"]),
        ("ภาษาไทยง่ายมาก", "ไทย", vec!["ไทย"]),
        ("see holiday.png now", "holiday", vec!["holiday"]),
        ("see sunset.jpeg now", "sunset.jpeg", vec!["sunset.jpeg"]),
        ("a red t-shirt", "t-shirt", vec!["t-shirt"]),
        ("either x/y or z", "x/y", vec!["x/y"]),
        ("snake_case_name", "case", vec!["case"]),
        ("Ünïcode", "ÜNÏ", vec!["Ünï"]),
        ("ZOE\u{308} said so", "zo\u{eb}", vec!["ZOE\u{308}"]),
        ("die Straße", "STRASSE", vec!["Straße"]),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς", vec!["ΟΔΥΣΣΕΥΣ"]),
        ("ｆｕｌｌ width", "FULL", vec!["ｆｕｌｌ"]),
        ("हिन्दी में", "हिन्दी", vec!["हिन्दी"]),
        ("Người Việt", "việt", vec!["Việt"]),
        ("the and of", "THE", vec!["the"]),
        ("\u{1f389}\u{1f389} party time", "party", vec!["party"]),
        ("well done \u{1f984}", "\u{1f984}", vec!["\u{1f984}"]),
        ("100% sure", "100%", vec!["100"]),
        (
            "https://example.com/path?x=1",
            "example.com/path",
            vec!["example.com/path"],
        ),
        ("prefixes", "prefi", vec!["prefi"]),
        (long, &long[..200], vec![&long[..200]]),
        (wide, &wide[..400], vec![&wide[..400]]),
    ] {
        app.say(&ada, chat, text).await;
        let page = search(&app, &bob, query).await;
        assert_eq!(texts(&page), [text], "{query}");
        assert_eq!(highlighted(&page["edges"][0]), highlights, "{query}");
    }
    for query in [
        "海上",
        "olida",
        "the of and now",
        "unicode",
        "strasze",
        "\u{1f985}",
    ] {
        assert_eq!(found(&app, &bob, query).await, [""; 0], "{query}");
    }
}

/// A chat with messages whose texts are numbered by their order.
async fn with_messages(app: &TestApp, ada: &Person, bob: &Person) -> ChatId {
    let chat = app.chat(ChatKind::Group, "Team lunch", ada, &[bob]).await;
    for (person, text) in [
        (ada, "alpha beta"),
        (bob, "beta alpha"),
        (ada, "alpha, beta: see http://example.com"),
        (bob, "gamma alphabet"),
        (ada, "from:nobody is no operator: quote \"alpha\""),
        (bob, "我在上海的海边看见了上海滩"),
        (bob, "上海的海滩很好看"),
    ] {
        app.say(person, chat, text).await;
    }
    chat
}

#[tokio::test]
async fn operators_narrow_the_search_down_and_what_is_none_is_text() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = with_messages(&app, &ada, &bob).await;
    let direct = app.chat(ChatKind::Direct, "", &ada, &[&eve]).await;
    app.say(&eve, direct, "alpha between us").await;
    let other = app.chat(ChatKind::Group, "Other", &ada, &[]).await;
    app.say(&ada, other, "alpha elsewhere").await;
    // Numbers in `chat`; the others are 0.
    let numbers = async |query: &str| -> Vec<i64> {
        let page = search(&app, &ada, query).await;
        let edges = page["edges"].as_array().unwrap().iter();
        edges
            .map(|edge| match edge["node"]["chatId"] == chat.to_string() {
                true => edge["node"]["number"].as_i64().unwrap(),
                false => 0,
            })
            .collect()
    };
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    for (query, expected) in [
        ("alpha", vec![0, 0, 5, 4, 3, 2, 1]),
        ("alpha beta", vec![3, 2, 1]),
        ("BETA alp", vec![3, 2, 1]),
        ("\"alpha beta\"", vec![3, 1]),
        ("\u{201c}beta alpha\u{201d}", vec![2]),
        ("\"beta alph", vec![2]),
        ("\"pha beta\"", vec![]),
        ("alpha -beta in:#team-lunch", vec![5, 4]),
        ("alpha -\"beta alpha\" in:\"Team Lunch\"", vec![5, 4, 3, 1]),
        ("from:@ada alpha in:team-lunch", vec![5, 3, 1]),
        ("from:me from:bob alpha in:team-lunch", vec![5, 4, 3, 2, 1]),
        ("from:@nobody alpha", vec![]),
        ("in:#nowhere alpha", vec![]),
        ("in:other alpha", vec![0]),
        ("in:@eve", vec![0]),
        ("in:@eve beta", vec![]),
        ("from:@bob", vec![7, 6, 4, 2]),
        ("has:link", vec![3]),
        ("has:link gamma", vec![]),
        ("has:file", vec![]),
        ("has:image alpha", vec![]),
        ("has:nothing", vec![]),
        ("from:", vec![5]),
        ("nobody:from", vec![]),
        ("operator: quote", vec![5]),
        ("mentions:me", vec![]),
        ("上海滩", vec![6]),
        ("海滩", vec![7, 6]),
        ("海边", vec![6]),
        ("上海 -滩", vec![]),
        ("before:2020-01-01 alpha", vec![]),
        ("after:2020-01-01 gamma", vec![4]),
        ("after:2999-01-01", vec![]),
        ("before:2999-01-01 gamma", vec![4]),
        ("on:2020-01-01", vec![]),
        ("", vec![]),
        ("  ", vec![]),
    ] {
        assert_eq!(numbers(query).await, expected, "{query}");
    }
    // Not around midnight, when the day may change in between.
    let query = format!("on:{today} gamma");
    if jiff::Timestamp::now().strftime("%Y-%m-%d").to_string() == today {
        assert_eq!(numbers(&query).await, [4]);
    }
}

#[tokio::test]
async fn mentions_of_the_caller_are_found_by_name_and_by_all() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    app.mention(&ada, chat, "alpha for @bob", &[&bob]).await;
    app.mention(&ada, chat, "alpha for @eve", &[&eve]).await;
    app.mention(&ada, chat, "beta for @all", &[]).await;
    app.say(&ada, chat, "alpha for `@bob`").await;
    let removed = app.mention(&ada, chat, "alpha, too, @bob", &[&bob]).await;
    app.unsay_mention(&ada, &removed).await;
    let (by_name, by_all) = ("alpha for @bob", "beta for @all");
    for (query, expected) in [
        ("mentions:me", vec![by_all, by_name]),
        ("alpha mentions:ME", vec![by_name]),
        ("for mentions:me -beta", vec![by_name]),
        ("mentions:me from:bob", vec![]),
        ("mentions:@bob", vec![]),
    ] {
        assert_eq!(found(&app, &bob, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn dates_narrow_the_search_down() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 4).await;
    let sql = "UPDATE messages SET content = 'day', created_at = '2026-01-30T12:00:00Z'::timestamptz + number * interval '12 hours'
               WHERE chat_id = $1";
    app.owner.execute(sql, &[&chat.0]).await.unwrap();
    for (query, expected) in [
        ("day", vec![4, 3, 2, 1]),
        ("day on:2026-01-31", vec![2, 1]),
        ("before:2026-02-01", vec![2, 1]),
        ("after:2026-01-31", vec![4, 3]),
        ("after:2026-01-30 before:2026-02-02", vec![4, 3, 2, 1]),
        ("on:2026-02-01 on:2026-01-31", vec![]),
    ] {
        let page = search(&app, &bob, query).await;
        let numbers: Vec<i64> = page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| edge["node"]["number"].as_i64().unwrap())
            .collect();
        assert_eq!(numbers, expected, "{query}");
    }
}

/// FEATURES 10: a removed member still finds, in four systems.
#[tokio::test]
async fn nobody_finds_what_they_may_not_read() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let group = app.group(&ada, &[&bob]).await;
    app.say(&ada, group, "secret of the group").await;
    let public = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    app.say(&ada, public, "secret of the public chat").await;
    let both = ["secret of the public chat", "secret of the group"];
    assert_eq!(found(&app, &bob, "secret").await, both);
    assert_eq!(found(&app, &eve, "secret").await, [""; 0]);
    let in_chat = async |person: &Person, chat: ChatId| {
        let variables = json!({ "query": "secret", "chat": chat });
        app.ask(Some(person), SEARCH, variables).await
    };
    // Whoever may read a public chat may search it.
    let page = in_chat(&eve, public).await.ok();
    assert_eq!(texts(&page), [both[0]]);
    in_chat(&eve, group).await.assert_refused("NOT_FOUND", None);

    for chat in [group, public] {
        app.remove(&ada, chat, &bob).await;
        in_chat(&bob, chat).await.assert_refused("NOT_FOUND", None);
    }
    assert_eq!(found(&app, &bob, "secret").await, [""; 0]);
    assert_eq!(found(&app, &bob, "secret in:public").await, [""; 0]);
    app.add(&ada, group, &[&bob]).await;
    assert_eq!(found(&app, &bob, "secret").await, [both[1]]);
    app.dissolve(&ada, group, &[&ada, &bob]).await;
    assert_eq!(found(&app, &ada, "secret").await, [both[0]]);
    in_chat(&ada, group).await.assert_refused("NOT_FOUND", None);
    app.ask(None, SEARCH, json!({ "query": "secret" }))
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

#[tokio::test]
async fn a_search_finds_the_texts_as_they_are_now_also_in_threads() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "before the change").await;
    app.reply_in_thread(&bob, &message, "in the thread").await;
    assert_eq!(found(&app, &bob, "thread").await, ["in the thread"]);
    app.edit(&ada, &message, "after it").await;
    assert_eq!(found(&app, &bob, "before").await, [""; 0]);
    assert_eq!(found(&app, &bob, "after").await, ["after it"]);
    app.unsay(&ada, &message).await;
    assert_eq!(found(&app, &bob, "after").await, [""; 0]);
}

#[tokio::test]
async fn hostile_queries_find_what_they_say_and_break_nothing() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let odd = r#"'"; DROP %_\ <-> & | ! :* ( ) [a-z] \d {2} "#;
    app.say(&ada, chat, odd).await;
    app.say(&ada, chat, "harmless").await;
    app.say(&ada, chat, &"🎉".repeat(250)).await;
    for query in [
        "%",
        "_",
        "\\",
        "\\\\",
        "&",
        "|",
        "!",
        ":*",
        "(",
        ")",
        "'",
        "<->",
        "[a-z]",
        "\\d",
        "{2}",
        "%_\\",
        "drop:*",
        "'; DROP",
        "\"drop %_\"",
        "***",
        "(?i)",
        "(?=x)",
        "a & b | !c <-> d:*",
        "''''",
        "\"\"",
        "\"",
        "-",
        "--",
        "-\"\"",
        ":",
        "::",
        "\u{feff}",
        "\u{202e}",
        "\u{200d}",
        "\\x00",
        "\\u0000",
        "%foo':*",
        "from:'",
        "in:'%",
        "has:",
        "on:",
        "before:9999-12-31",
        "after:9999-12-31",
        "on:9999-12-31",
        "before:-2000-01-01",
    ] {
        let page = search(&app, &bob, query).await;
        assert!(
            !texts(&page).contains(&"harmless") || query == "--",
            "{query}"
        );
    }
    for query in ["%_\\", "<->", "[a-z]", "drop", "\\d", "{2}", "%", "'\""] {
        assert_eq!(found(&app, &bob, query).await, [odd], "{query}");
    }
    let party = "🎉".repeat(200);
    assert_eq!(found(&app, &bob, &party).await, ["🎉".repeat(250)]);
    for long in [
        "上".repeat(200),
        "a ".repeat(100),
        "x".repeat(200),
        "-a ".repeat(66),
    ] {
        search(&app, &bob, &long).await;
    }
    app.ask(Some(&bob), SEARCH, json!({ "query": "🎉".repeat(201) }))
        .await
        .assert_refused("BAD_USER_INPUT", "query");
    for variables in [
        json!({ "query": "drop\0" }),
        json!({ "query": "x", "first": 0 }),
        json!({ "query": "x", "first": 101 }),
        json!({ "query": "x", "after": "x" }),
        json!({ "query": "x", "after": "1.2.3" }),
        json!({ "query": "x", "after": format!("-1.{chat}.1") }),
        json!({ "query": "x", "after": format!("1.{chat}.0") }),
        json!({ "query": "x", "after": format!("99999999999999999999.{chat}.1") }),
    ] {
        let answer = app.ask(Some(&bob), SEARCH, variables.clone()).await;
        assert!(answer.is_refused(), "{variables}");
    }
}

/// All pages, put together.
async fn all_pages(
    app: &TestApp,
    person: &Person,
    query: &str,
    first: i64,
    mut between: impl AsyncFnMut(),
) -> Vec<(ChatId, i64)> {
    let (mut seen, mut after) = (vec![], Value::Null);
    loop {
        let variables = json!({ "query": query, "first": first, "after": after });
        let page = app.ask(Some(person), SEARCH, variables).await.ok();
        for edge in page["edges"].as_array().unwrap() {
            let node = &edge["node"];
            seen.push((
                ChatId(node["chatId"].as_str().unwrap().parse().unwrap()),
                node["number"].as_i64().unwrap(),
            ));
        }
        let more = page["pageInfo"]["hasNextPage"] == true;
        assert_eq!(page["searchedBackTo"].is_string(), more, "{page}");
        if !more {
            return seen;
        }
        after = page["pageInfo"]["endCursor"].clone();
        between().await;
    }
}

#[tokio::test]
async fn pages_have_no_holes_and_no_duplicates_while_messages_are_sent() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut chats = vec![];
    for _ in 0..9 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    let mut expected = vec![];
    for number in 0..90 {
        // Some chats have more messages than others, and some messages do not have the word.
        let chat = chats[(number * number) % chats.len()];
        let word = if number % 3 == 0 { "needle" } else { "hay" };
        let message = app.say(&ada, chat, &format!("{word} {number}")).await;
        if number % 3 == 0 {
            expected.push((message.created_at, chat, message.number));
        }
    }
    expected.sort_by(|one, other| other.cmp(one));
    let expected: Vec<(ChatId, i64)> = expected
        .into_iter()
        .map(|(_, chat, number)| (chat, number))
        .collect();
    for first in [1, 3, 7, 100] {
        let seen = all_pages(&app, &bob, "needle", first, async || {
            app.say(&ada, chats[0], "needle, but too late").await;
        })
        .await;
        let known: BTreeSet<_> = expected.iter().collect();
        let seen: Vec<_> = seen.into_iter().filter(|hit| known.contains(hit)).collect();
        assert_eq!(seen, expected, "{first} at once");
    }
    // The same where no index helps.
    let seen = all_pages(&app, &bob, "from:ada -hay -late", 4, async || {}).await;
    assert_eq!(seen, expected);
}

/// Messages of the same time, also in several chats.
#[tokio::test]
async fn messages_of_the_same_time_are_neither_lost_nor_repeated() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    for _ in 0..5 {
        let chat = app.group(&ada, &[&bob]).await;
        app.say_many(&ada, chat, 3).await;
        let sql = "UPDATE messages SET content = 'same', created_at = '2026-01-01T00:00:00Z' WHERE chat_id = $1";
        app.owner.execute(sql, &[&chat.0]).await.unwrap();
    }
    for first in [1, 2, 4] {
        let seen = all_pages(&app, &bob, "same", first, async || {}).await;
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (15, 15), "{first} at once");
    }
}

/// More messages than a block has: windows grow, and their borders hide nothing.
#[tokio::test]
async fn everything_in_a_long_chat_is_found_in_order() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let sql = "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash, created_at)
               SELECT $1, gen_random_uuid(), number, number, $2, 'ada',
                      CASE WHEN number % 4096 IN (0, 1, 4095) OR number = 30000 THEN 'needle ' ELSE 'hay ' END || number,
                      '', '2026-01-01T00:00:00Z'::timestamptz + number * interval '1 second'
               FROM generate_series(1, 30000) AS number";
    app.owner.execute(sql, &[&chat.0, &ada.id.0]).await.unwrap();
    let sql =
        "UPDATE feeds SET message_count = 30000, last_message_at = '2026-01-02' WHERE id = $1";
    app.owner.execute(sql, &[&chat.0]).await.unwrap();
    let expected: Vec<(ChatId, i64)> = (1..=30_000)
        .rev()
        .filter(|number| [0, 1, 4095].contains(&(number % 4096)) || *number == 30_000)
        .map(|number| (chat, number))
        .collect();
    // A worker has not come to it, has come to a half of it, and to all.
    for indexed in [0_i64, 14_990, 30_000] {
        let sql = "SELECT index_words($1, $2)";
        app.owner
            .query_one(sql, &[&chat.0, &indexed])
            .await
            .unwrap();
        for (query, first) in [("needle", 4), ("needle", 100), ("-hay", 9), ("n", 5)] {
            let seen = all_pages(&app, &bob, query, first, async || {}).await;
            assert_eq!(seen, expected, "{query} with {indexed} indexed");
        }
    }
    for query in ["needle 4097", "\"needle 4097\""] {
        assert_eq!(found(&app, &bob, query).await, ["needle 4097"]);
    }
    let windows = app.metric("receiver_search_windows_total").await;
    search(&app, &bob, "hay").await;
    let after = app.metric("receiver_search_windows_total").await;
    assert!(
        (after - windows - 1.0).abs() < 0.5,
        "what is everywhere is found among the newest messages"
    );
}

/// A search that takes too long says so, and goes on where it stopped.
#[tokio::test]
async fn a_search_that_stops_says_so_and_goes_on() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let sql = "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash, created_at)
               SELECT $1, gen_random_uuid(), number, number, $2, 'ada',
                      CASE number WHEN 7 THEN 'the unicorn: \u{1f984}' ELSE repeat('many words ', 100) END,
                      '', '2026-01-01T00:00:00Z'::timestamptz + number * interval '1 second'
               FROM generate_series(1, 60000) AS number";
    app.owner.execute(sql, &[&chat.0, &ada.id.0]).await.unwrap();
    let sql =
        "UPDATE feeds SET message_count = 60000, last_message_at = '2026-01-02' WHERE id = $1";
    app.owner.execute(sql, &[&chat.0]).await.unwrap();
    // No index knows an emoji.
    let variables = |after: &Value| json!({ "query": "\u{1f984}", "after": after });
    let (mut after, mut pages) = (Value::Null, vec![]);
    while pages
        .last()
        .is_none_or(|page: &Value| page["pageInfo"]["hasNextPage"] == true)
    {
        let page = app.ask(Some(&bob), SEARCH, variables(&after)).await.ok();
        if page["complete"] == false {
            assert!(page["searchedBackTo"].is_string(), "{page}");
        }
        after = page["pageInfo"]["endCursor"].clone();
        pages.push(page);
    }
    assert!(pages.len() > 1, "nothing took too long");
    assert_eq!(pages[0]["complete"], false);
    assert_eq!(texts(&pages[0]), [""; 0]);
    let last = pages.last().unwrap();
    assert_eq!(texts(last), ["the unicorn: \u{1f984}"]);
    assert_eq!(last["complete"], true);
    let incomplete = app.metric("receiver_searches_incomplete_total").await;
    assert!(incomplete >= 1.0);
}

#[tokio::test]
async fn a_page_holds_no_more_text_than_an_answer_may() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    for number in 0..20 {
        let text = format!("{number} {}", "\u{1f984} ".repeat(2_490));
        app.say(&ada, chat, &text).await;
    }
    let seen = all_pages(&app, &bob, "\u{1f984}", 20, async || {}).await;
    let expected: Vec<(ChatId, i64)> = (1..=20).rev().map(|number| (chat, number)).collect();
    assert_eq!(seen, expected);
    let page = search(&app, &bob, "\u{1f984}").await;
    assert!(texts(&page).len() < 20);
    assert_eq!(
        page["edges"][0]["highlights"].as_array().unwrap().len(),
        100
    );
}

#[tokio::test]
async fn one_user_may_search_five_times_at_once() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let mut config = app.config(LiveArgs::default());
    config.searches.message_searches_per_user = Rate::new(5, Duration::from_secs(3_600));
    app.start(config).await;
    let (ada, bob, _) = app.trio().await;
    for _ in 0..5 {
        search(&app, &ada, "x").await;
    }
    let variables = json!({ "query": "x" });
    app.ask(Some(&ada), SEARCH, variables.clone())
        .await
        .assert_refused("RATE_LIMITED", None);
    search(&app, &bob, "x").await;
}

/// A planner that could would rather read all messages of a chat, until there are statistics.
#[tokio::test]
async fn the_index_is_used_whatever_the_planner_knows() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let reads = async || -> i64 {
        let sql = "SELECT coalesce(sum(idx_scan), 0)::bigint FROM pg_stat_user_indexes
                   WHERE indexrelname LIKE 'message\\_words\\_%\\_found'";
        app.owner.query_one(sql, &[]).await.unwrap().get(0)
    };
    // A connection that does nothing reports what it did within ten seconds.
    let more_reads_than = async |before: i64| {
        for _ in 0..200 {
            let now = reads().await;
            if now > before {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the index was not used");
    };
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, chat, "needle").await;
    // The newest messages are looked at without it.
    app.say_many(&ada, chat, 200).await;
    app.index_words().await;
    assert_eq!(found(&app, &bob, "needle").await, ["needle"]);
    let between = more_reads_than(0).await;
    app.owner.batch_execute("ANALYZE messages").await.unwrap();
    assert_eq!(found(&app, &bob, "needle").await, ["needle"]);
    more_reads_than(between).await;
}

/// A database in which text does not mean what we think it means, as one whose letters are those of ASCII.
#[tokio::test]
async fn a_database_that_does_not_find_words_is_not_ready() {
    let app = TestApp::new().await;
    assert_eq!(app.get(0, "/readyz").await.status, 200);
    let ascii = "CREATE OR REPLACE FUNCTION search_runs(content text) RETURNS text[]
                 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                     SELECT coalesce(array_agg(run[1]), '{}')
                     FROM regexp_matches(lower(content COLLATE \"C\"), '[[:alnum:]]+', 'g') AS run
                 $$";
    app.owner.batch_execute(ascii).await.unwrap();
    for _ in 0..200 {
        if app.get(0, "/readyz").await.status == 503 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is still ready");
}
