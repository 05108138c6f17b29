use proptest::prelude::*;

use super::*;

/// The words of the places of a text, with their offsets.
fn places(text: &str) -> Vec<(i32, String)> {
    let tokens = MentionTokens::of(text);
    tokens
        .iter()
        .map(|token| (token.start, token.word.clone()))
        .collect()
}

/// Who is meant if Ada, Bob, `_eve_`, `ann_b` and `x-y` take part; `*` for all.
fn meant(text: &str) -> Vec<&'static str> {
    const NAMES: [&str; 5] = ["ada", "bob", "_eve_", "ann_b", "x-y"];
    let tokens = MentionTokens::of(text);
    tokens
        .iter()
        .filter_map(|token| {
            token.meanings().find_map(|meaning| match meaning {
                Meaning::All => Some("*"),
                Meaning::Person(name) => NAMES.into_iter().find(|known| *known == name),
            })
        })
        .collect()
}

#[test]
fn what_mentions_whom() {
    for (text, expected) in [
        // Plain text.
        ("@ada", vec!["ada"]),
        ("hello @ada, and @bob!", vec!["ada", "bob"]),
        ("(@ada) \"@bob\" '@ada'", vec!["ada", "bob", "ada"]),
        ("@ada's and @bob: yes", vec!["ada", "bob"]),
        ("@ada/@bob", vec!["ada", "bob"]),
        ("thanks.@ada", vec!["ada"]),
        ("@ada.", vec!["ada"]),
        ("first\n@ada\nlast", vec!["ada"]),
        ("@nobody @ad", vec![]),
        ("@", vec![]),
        ("@@ada", vec![]),
        ("@ ada", vec![]),
        // Case is folded as in usernames.
        ("@Ada @BOB", vec!["ada", "bob"]),
        // All.
        ("@all", vec!["*"]),
        ("@ALL please", vec!["*"]),
        ("_@all_", vec!["*"]),
        ("@allison @all-hands", vec![]),
        // Whole words only.
        ("@adam @ada2 @ada_x @ada-x", vec![]),
        ("@adä @ada\u{301} @ada\u{663}", vec![]),
        // Characters of emphasis belong to the name if there is one, and else to the sentence.
        ("@ann_b @x-y @_eve_", vec!["ann_b", "x-y", "_eve_"]),
        (
            "_@ada_ *@bob* **@ada** __@bob__",
            vec!["ada", "bob", "ada", "bob"],
        ),
        ("_see @ann_b_", vec!["ann_b"]),
        ("@ada- @bob--", vec!["ada", "bob"]),
        // Scripts without spaces.
        ("谢谢@ada你好", vec!["ada"]),
        ("そして@bobさん", vec!["bob"]),
        ("🙂@ada🙂", vec!["ada"]),
        // Blocks in which the author speaks.
        ("# @ada\n\n- @bob\n1. @ada", vec!["ada", "bob", "ada"]),
        // Code.
        ("`@ada`", vec![]),
        ("``a ` @ada``", vec![]),
        ("```\n@all\n```", vec![]),
        ("~~~rust\n@ada\n~~~\n@bob", vec!["bob"]),
        ("text\n\n    @ada", vec![]),
        ("`@ada @bob", vec!["ada", "bob"]), // never closed: not code
        // Quotes, also those that go on in the next line.
        ("> @ada", vec![]),
        ("> hello\n@ada", vec![]),
        ("> @all\n\n@bob", vec!["bob"]),
        ("- > @ada\n- @bob", vec!["bob"]),
        // Links and addresses.
        ("[@ada](https://x.org)", vec![]),
        ("![@ada](https://x.org/a.png)", vec![]),
        ("<https://x.org/@ada>", vec![]),
        ("https://x.org/@ada www.x.org/@bob", vec![]),
        ("https://x.org/?to=@ada", vec![]),
        ("x.org/@ada", vec![]),
        ("[@ada] [x]: @bob", vec!["ada", "bob"]),
        // E-mail, and names of other networks.
        ("me@ada.org ADA@bob.org 7@ada", vec![]),
        ("first.last@ada.org a+b@ada a_@ada a-@ada", vec![]),
        ("<me@ada.org>", vec![]),
        ("@ada@bob.org", vec![]),
        ("é@ada", vec![]),
        // HTML.
        ("<b title=\"@ada\">@bob</b>", vec!["bob"]),
        ("<div>\n@ada\n</div>", vec![]),
        ("<!-- @ada -->", vec![]),
        // Escapes.
        (r"\@ada", vec![]),
        (r"\\@ada", vec!["ada"]),
        (r"\\\@ada", vec![]),
        ("&#64;ada &commat;ada", vec![]),
        (r"@ada\_x", vec![]),
        ("@ada\\\n@bob", vec!["ada", "bob"]),
    ] {
        assert_eq!(meant(text), expected, "{text:?}");
    }
}

#[test]
fn offsets_count_utf16_units() {
    for (text, expected) in [
        ("@ada", vec![(0, "ada")]),
        ("é @ada", vec![(2, "ada")]),
        ("🙂 @ada 👨‍👩‍👧 @bob", vec![(3, "ada"), (17, "bob")]),
        ("`🙂` @Ada", vec![(5, "ada")]),
        ("> 🙂\n\n漢字 @ada", vec![(9, "ada")]),
    ] {
        let expected: Vec<(i32, String)> = expected
            .into_iter()
            .map(|(start, word)| (start, word.to_owned()))
            .collect();
        assert_eq!(places(text), expected, "{text:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_written_places_stand_where_the_text_has_them(text in "[@a-cA-C_\\-`>\\\\\\[\\]()<!*# \n🙂é]{0,80}") {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut last = -1;
        for (start, word) in places(&text) {
            prop_assert!(start > last);
            last = start;
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let place = String::from_utf16_lossy(&units[start..=start + word.len()]);
            prop_assert_eq!(place.to_ascii_lowercase(), format!("@{word}"));
        }
    }

    #[test]
    fn a_name_alone_mentions_its_owner(name in "[a-z0-9_-]{3,50}") {
        let tokens = MentionTokens::of(&format!("@{name}"));
        let first = tokens.iter().next().and_then(|token| token.meanings().next());
        let expected = if name == "all" { Meaning::All } else { Meaning::Person(&name) };
        prop_assert_eq!(first, Some(expected));
    }
}
