//! Where the words of a search are in a text.

use super::plan::Term;
use crate::db::words::is_unspaced;

/// Highlights of one text.
const MAX_HIGHLIGHTS: usize = 100;

/// A part of a text, in UTF-16 code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Highlight {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A folded character, and where in the text it comes from.
#[derive(Clone, Copy, Debug)]
struct Folded {
    c: char,
    from: Highlight,
}

/// Where these terms are in a text, in ascending order and without overlaps.
pub(crate) fn highlights(text: &str, terms: &[Term]) -> Vec<Highlight> {
    let folded = fold(text);
    let mut found = Vec::new();
    for term in terms {
        let words: Vec<Vec<char>> = match term {
            Term::Runs(runs) => runs.iter().map(|run| run.text.chars().collect()).collect(),
            Term::Literal(text) => vec![text.chars().collect()],
        };
        let at_boundary = match term {
            Term::Runs(runs) => runs.first().is_some_and(|run| run.begins_at_boundary()),
            Term::Literal(_) => false,
        };
        let mut start = 0;
        while start < folded.len() && found.len() < MAX_HIGHLIGHTS * terms.len() {
            match end_of_match(&folded, start, &words) {
                Some(end) if !at_boundary || is_boundary(&folded, start) => {
                    found.push(Highlight {
                        start: folded[start].from.start,
                        end: folded[end - 1].from.end,
                    });
                    start = end;
                }
                _ => start += 1,
            }
        }
    }
    merged(found)
}

/// The text folded piece by piece: each character with the marks that follow it.
fn fold(text: &str) -> Vec<Folded> {
    let mut folded = Vec::with_capacity(text.len());
    let mut start = 0;
    let mut pieces = text.char_indices().peekable();
    while let Some((index, c)) = pieces.next() {
        let mut units = c.len_utf16();
        let mut end = index + c.len_utf8();
        while let Some((index, mark)) = pieces.next_if(|(_, next)| is_joined(*next)) {
            units += mark.len_utf16();
            end = index + mark.len_utf8();
        }
        let from = Highlight {
            start,
            end: start + units,
        };
        start = from.end;
        let piece = text::folded(&text[index..end]);
        match piece.is_empty() && c.is_whitespace() {
            true => folded.push(Folded { c: ' ', from }),
            false => folded.extend(piece.chars().map(|c| Folded { c, from })),
        }
    }
    folded
}

/// Whether it may become one character with the one before it: accents, the marks of kana, the vowels of Hangul, joiners.
fn is_joined(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1160}'..='\u{11ff}' | '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}'
        | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Where a match of these words that starts here ends.
fn end_of_match(folded: &[Folded], start: usize, words: &[Vec<char>]) -> Option<usize> {
    let mut end = start;
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            let is_gap = |folded: &Folded| !text::is_letter_mark_or_number(folded.c);
            end += folded[end..]
                .iter()
                .take_while(|folded| is_gap(folded))
                .count();
        }
        let part = folded.get(end..end + word.len())?;
        if !part.iter().map(|folded| folded.c).eq(word.iter().copied()) {
            return None;
        }
        end += word.len();
    }
    (end > start).then_some(end)
}

fn is_boundary(folded: &[Folded], start: usize) -> bool {
    start
        .checked_sub(1)
        .and_then(|before| folded.get(before))
        .is_none_or(|before| !text::is_letter_mark_or_number(before.c) || is_unspaced(before.c))
}

fn merged(mut found: Vec<Highlight>) -> Vec<Highlight> {
    found.sort_unstable();
    let mut merged: Vec<Highlight> = Vec::new();
    for highlight in found {
        match merged.last_mut() {
            Some(last) if highlight.start <= last.end => last.end = last.end.max(highlight.end),
            _ => merged.push(highlight),
        }
    }
    merged.truncate(MAX_HIGHLIGHTS);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::words::Run;

    fn words(words: &[&str]) -> Term {
        let run = |word: &&str| Run {
            text: (*word).to_owned(),
            lexemes: vec![(*word).to_owned()],
        };
        Term::Runs(words.iter().map(run).collect())
    }

    /// The parts of the text, as a client cuts them out.
    fn shown(text: &str, terms: &[Term]) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        highlights(text, terms)
            .iter()
            .map(|found| String::from_utf16(&units[found.start..found.end]).unwrap())
            .collect()
    }

    #[test]
    fn the_words_are_where_they_stand_in_the_text() {
        for (text, terms, expected) in [
            (
                "foo.png and food",
                vec![words(&["foo"])],
                vec!["foo", "foo"],
            ),
            ("barfoo foo", vec![words(&["foo"])], vec!["foo"]),
            ("\u{1f389}\u{1f389} Ünï", vec![words(&["ünï"])], vec!["Ünï"]),
            ("ZOE\u{308} here", vec![words(&["zoë"])], vec!["ZOE\u{308}"]),
            ("die Straße", vec![words(&["strasse"])], vec!["Straße"]),
            ("Ｆｏｏ", vec![words(&["foo"])], vec!["Ｆｏｏ"]),
            ("我家在上海东边", vec![words(&["上海"])], vec!["上海"]),
            ("在上海foo", vec![words(&["foo"])], vec!["foo"]),
            (
                "a t-shirt, tshirt",
                vec![words(&["t", "shirt"])],
                vec!["t-shirt", "tshirt"],
            ),
            (
                "one two",
                vec![words(&["one"]), words(&["two"])],
                vec!["one", "two"],
            ),
            (
                "onetwo",
                vec![words(&["one"]), words(&["onetw"])],
                vec!["onetw"],
            ),
            (
                "so \u{1f44d}\u{1f44d}!",
                vec![Term::Literal("\u{1f44d}".into())],
                vec!["\u{1f44d}\u{1f44d}"],
            ),
            ("nothing", vec![words(&["foo"])], vec![]),
            ("", vec![words(&["foo"])], vec![]),
        ] {
            assert_eq!(shown(text, &terms), expected, "{text}");
        }
    }

    #[test]
    fn there_are_at_most_a_hundred() {
        assert_eq!(highlights(&"a ".repeat(2_500), &[words(&["a"])]).len(), 100);
    }
}
