//! What every store must keep, as tests that take a factory.
//!
//! A backend is done when [`conformance_suite!`](crate::conformance_suite) passes for it. Each behaviour is a
//! function of its own, so that a backend's own tests can call one with a particular set-up.

pub mod blobs;
pub mod commits;
pub mod exchanges;
pub mod expiry;
pub mod limits;
pub mod scans;
pub mod tenancy;
pub mod vault;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use switchboard_schema::{
    TenantId, TenantScope, Timestamp,
    record::THREAD,
    table::{Cell, Table},
};

use super::{Error, Lane, Mutation, Scan, Scope, Store};
use crate::clock::Clock;

/// When the hand clock starts: 2027-01-15T08:00:00Z.
const START: i64 = 1_800_000_000;

/// A clock that stands still until it is moved by hand.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl Default for HandClock {
    fn default() -> Self {
        Self(AtomicI64::new(Timestamp::from_secs(START).as_millis()))
    }
}

impl HandClock {
    /// Moves it on.
    pub fn advance(&self, span: std::time::Duration) {
        let later = self.now() + span;
        self.0.store(later.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A store under test, empty when the factory hands it over.
pub trait Backend: Sized {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// The same store after the process that held it has ended and another has started.
    fn reopen(self) -> impl Future<Output = Self>;
}

/// A store under test and its clock.
pub struct Bench<B> {
    /// The store.
    pub backend: B,
    /// The clock it was opened with.
    pub clock: Arc<HandClock>,
}

impl<B: Backend> Bench<B> {
    /// Opens one by the factory.
    pub async fn open<F: Future<Output = B>>(open: impl FnOnce(Arc<HandClock>) -> F) -> Self {
        let clock = Arc::new(HandClock::default());
        Self { backend: open(Arc::clone(&clock)).await, clock }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.backend.store()
    }

    async fn reopen(self) -> Self {
        Self { backend: self.backend.reopen().await, clock: self.clock }
    }
}

/// Instantiates every behaviour as a test, for the backend that the factory opens: an
/// `async fn(Arc<HandClock>) -> impl Backend`.
#[macro_export]
macro_rules! conformance_suite {
    ($open:expr) => {
        $crate::conformance_tests!(
            $open;
            commits {
                what_was_committed_is_there_after_a_restart,
                a_read_begun_after_a_commit_answered_sees_it,
                all_rows_of_a_commit_are_written,
                later_commits_of_an_owner_win,
                a_later_row_of_one_commit_wins_over_an_earlier_one,
                an_unset_cell_leaves_the_column_alone,
                a_new_row_has_nothing_in_its_unset_columns,
                a_row_of_a_key_alone_is_a_row,
                a_deleted_row_is_gone_and_its_neighbours_stay,
                deleting_what_is_not_there_is_no_error,
                a_deleted_row_can_be_written_again_and_remembers_nothing,
                a_commit_of_nothing_answers,
                commit_many_writes_rows_of_several_partitions_and_tables,
                a_dropped_future_still_writes,
                a_bad_commit_harms_no_neighbour,
                any_text_and_any_bytes_come_back_as_they_were,
                large_values_come_back_whole,
                the_ends_of_the_numbers_come_back,
                both_lanes_write,
                records_come_back_as_they_were_put,
            }
            scans {
                a_scan_answers_in_clustering_order,
                numbers_below_zero_come_before_those_above,
                bytes_are_ordered_as_bytes_and_a_prefix_comes_first,
                from_and_to_include_what_they_begin,
                bounds_may_be_whole_keys,
                an_empty_prefix_bounds_nothing,
                after_continues_strictly_behind_a_key,
                after_and_a_bound_on_the_same_side_both_hold,
                a_reversed_scan_is_the_same_backwards,
                a_limit_cuts_the_page,
                every_page_together_is_the_whole_partition,
                a_partition_of_one_row_has_one_page,
                a_scan_sees_no_other_partition,
                a_scan_that_names_no_page_is_refused,
            }
            expiry {
                a_row_is_gone_when_its_time_has_come,
                a_row_put_again_lives_until_its_new_end,
                a_row_put_again_without_an_end_stays,
                a_row_put_over_an_expired_one_is_a_new_row,
                a_row_that_may_expire_is_written_whole,
                a_page_is_filled_with_rows_that_are_there,
                rows_of_other_tables_do_not_expire,
            }
            exchanges {
                the_first_claim_wins_and_the_second_sees_it,
                of_many_claims_at_once_exactly_one_wins,
                an_exchange_replaces_what_it_expects,
                an_exchange_that_finds_something_else_changes_nothing,
                an_exchange_that_finds_nothing_changes_nothing,
                a_release_removes_exactly_what_it_names,
                a_claim_is_there_after_a_restart,
                a_claimed_table_is_written_by_exchange_only,
                other_tables_are_not_written_by_exchange,
                an_exchange_without_a_whole_key_is_refused,
            }
            tenancy {
                another_tenants_rows_are_neither_read_nor_scanned,
                another_tenants_rows_are_neither_overwritten_nor_deleted,
                another_tenants_claim_is_not_in_the_way,
                a_tables_scope_is_checked_by_every_call,
            }
            limits {
                too_many_rows_are_refused,
                too_many_bytes_are_refused,
                the_largest_commit_is_taken,
                several_partitions_are_refused_in_one_atomic_commit,
                several_tables_are_refused_in_one_atomic_commit,
                a_row_without_its_whole_key_is_refused,
                a_row_with_too_few_or_too_many_cells_is_refused,
                a_cell_of_another_type_is_refused,
                a_refused_commit_writes_nothing,
            }
        );
    };
}

/// One test per named function of the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($open:expr; $($area:ident { $($name:ident,)* })*) => {$(
        mod $area {
            use super::*;
            $(
                #[tokio::test(flavor = "current_thread")]
                async fn $name() {
                    let bench = $crate::store::conformance::Bench::open($open).await;
                    $crate::store::conformance::$area::$name(bench).await;
                }
            )*
        }
    )*};
}

/// Sixteen bytes that begin with a number: an id.
fn id(n: u8) -> Cell {
    Cell::Blob(vec![n; 16])
}

fn int(n: i64) -> Cell {
    Cell::Int(n)
}

fn blob(bytes: &[u8]) -> Cell {
    Cell::Blob(bytes.to_vec())
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "the suite acts for tenants of its own")]
fn tenant(n: u8) -> Scope {
    Scope::Tenant(TenantScope::assume(TenantId::from_bytes([n; 16])))
}

/// The tenant of tests that need one only.
fn ours() -> Scope {
    tenant(1)
}

fn put(table: &'static Table, cells: Vec<Cell>) -> Mutation {
    Mutation::Put { table, cells: cells.into(), expires_at: None }
}

fn delete(table: &'static Table, key: Vec<Cell>) -> Mutation {
    Mutation::Delete { table, key }
}

/// The key of a row of `thread`, in partition 9.
fn thread_key(kind: i64, n: i64, epoch: i64) -> Vec<Cell> {
    vec![id(9), int(0), int(kind), int(n), int(epoch)]
}

/// A row of `thread` in partition 9, with a version and a body.
fn thread_row(kind: i64, n: i64, epoch: i64, version: i64, body: &[u8]) -> Vec<Cell> {
    let mut cells = thread_key(kind, n, epoch);
    cells.extend([int(version), Cell::Unset, Cell::Unset, blob(body)]);
    cells
}

fn item(n: i64, body: &[u8]) -> Mutation {
    put(&THREAD, thread_row(1, n, 1, 1, body))
}

/// Partition 9 of `thread`.
fn thread_scan() -> Scan {
    Scan {
        table: &THREAD,
        partition: vec![id(9), int(0)],
        from: None,
        to: None,
        after: None,
        reverse: false,
        limit: super::MAX_SCAN_ROWS,
    }
}

async fn write(store: &Arc<dyn Store>, rows: Vec<Mutation>) {
    store.commit_one(ours(), Lane::Interactive, rows).await.expect("the commit is done");
}

async fn read(store: &Arc<dyn Store>, table: &'static Table, key: Vec<Cell>) -> Option<Vec<Cell>> {
    store.get(ours(), table, key).await.expect("the read is done")
}

/// Reads an item's body.
async fn body(store: &Arc<dyn Store>, n: i64) -> Option<Cell> {
    read(store, &THREAD, thread_key(1, n, 1)).await.and_then(|mut cells| cells.pop())
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::Refused(_))), "should have been refused: {result:?}");
}
