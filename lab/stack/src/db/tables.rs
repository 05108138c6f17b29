//! All tables, for tests that must not forget one.

use std::collections::BTreeMap;

use tokio_postgres::{Client, Error};

/// The columns of every table that the migrations have made, and of every partition.
///
/// # Errors
/// When Postgres has gone.
pub async fn table_columns(owner: &Client) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let sql = "SELECT t.tablename::text, c.column_name::text
               FROM pg_tables t
               JOIN information_schema.columns c ON c.table_schema = t.schemaname AND c.table_name = t.tablename
               WHERE t.schemaname = 'public'
               ORDER BY t.tablename, c.ordinal_position";
    let mut columns = BTreeMap::<String, Vec<String>>::new();
    for row in owner.query(sql, &[]).await? {
        let of_table = columns.entry(row.try_get("tablename")?).or_default();
        of_table.push(row.try_get("column_name")?);
    }
    Ok(columns)
}

/// What stands in every table, each as one text. The rows of a partition are those of its table.
///
/// # Errors
/// When Postgres has gone.
pub async fn table_contents(owner: &Client) -> Result<BTreeMap<String, String>, Error> {
    let sql = "SELECT t.tablename::text
               FROM pg_tables t
               JOIN pg_class c ON c.relnamespace = 'public'::regnamespace AND c.relname = t.tablename
               WHERE t.schemaname = 'public' AND NOT c.relispartition";
    let mut contents = BTreeMap::new();
    for row in owner.query(sql, &[]).await? {
        let table: String = row.try_get("tablename")?;
        let sql = format!(
            "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS rows FROM {table} t"
        );
        let rows = owner.query_one(&sql, &[]).await?.try_get("rows")?;
        contents.insert(table, rows);
    }
    Ok(contents)
}
