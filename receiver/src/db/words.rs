//! The words of texts, as the index knows them.

use chassis::{Error, postgres::Pool};

use super::rows;

/// A word of a query, or what takes the place of words where a script does not separate them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Folded.
    pub(crate) text: String,
    /// What the index finds it by: the word, or each pair of characters and the last one alone.
    pub(crate) lexemes: Vec<String>,
}

impl Run {
    /// Whether it is a word of a script that separates words: then it is not found inside another word.
    #[must_use]
    pub(crate) fn begins_at_boundary(&self) -> bool {
        self.lexemes.len() == 1 && self.text.chars().next().is_some_and(|c| !is_unspaced(c))
    }
}

/// Whether a character is, or may be, of a script that does not separate words.
#[must_use]
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17d3}'
        | '\u{2e80}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A text of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FoldedText {
    pub(crate) text: String,
    pub(crate) runs: Vec<Run>,
}

/// These texts as the index knows them, in this order.
pub(crate) async fn folded(pool: &Pool, texts: &[&str]) -> Result<Vec<FoldedText>, Error> {
    let rows = rows(
        pool,
        "SELECT given.place, fold_nearly(given.text) AS folded, part.run, ARRAY (SELECT search_lexemes(part.run)) AS lexemes
         FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place)
         LEFT JOIN LATERAL unnest(search_runs(given.text)) WITH ORDINALITY AS part (run, nth) ON true
         ORDER BY given.place, part.nth",
        &[&texts],
    )
    .await?;
    let mut found = vec![FoldedText::default(); texts.len()];
    for row in &rows {
        let place: i64 = row.try_get("place")?;
        let index = usize::try_from(place - 1).unwrap_or_default();
        let Some(text) = found.get_mut(index) else {
            continue;
        };
        text.text = row.try_get("folded")?;
        if let Some(run) = row.try_get("run")? {
            text.runs.push(Run {
                text: run,
                lexemes: row.try_get("lexemes")?,
            });
        }
    }
    Ok(found)
}
