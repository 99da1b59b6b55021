//! The rows of a table, of every workspace: what is looked through after a start.

use std::marker::PhantomData;

use switchboard_schema::{
    TenantScope,
    table::{CorruptRow, Record},
};
use switchboard_store::transfer::{Place, Whole};

/// Reads them page by page, also those that have ended and are not removed yet.
pub(crate) struct Everywhere<'a, R> {
    store: &'a dyn Whole,
    /// Where it goes on; nothing once it came to the end.
    next: Option<Option<Place>>,
    rows: PhantomData<R>,
}

/// Rows with the workspace that each belongs to; one may not read.
pub(crate) type Page<R> = Vec<(TenantScope, Result<R, CorruptRow>)>;

impl<'a, R: Record> Everywhere<'a, R> {
    /// From the first on.
    pub(crate) const fn of(store: &'a dyn Whole) -> Self {
        Self { store, next: Some(None), rows: PhantomData }
    }

    /// The next page; nothing at the end. One that could not be read is asked for again.
    ///
    /// # Errors
    /// When the store cannot be read, in words.
    pub(crate) async fn page(&mut self) -> Result<Option<Page<R>>, String> {
        let Some(place) = self.next.clone() else { return Ok(None) };
        let (rows, next) = self.store.dump(R::TABLE, place).await.map_err(|error| error.to_string())?;
        self.next = next.map(Some);
        let read = rows.into_iter().filter_map(|row| {
            #[expect(clippy::disallowed_methods, reason = "recovery acts for the tenant whose row it finds")]
            let scope = TenantScope::assume(row.tenant?);
            Some((scope, R::from_cells(row.cells)))
        });
        Ok(Some(read.collect()))
    }
}
