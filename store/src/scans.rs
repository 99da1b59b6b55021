//! What a scan asks of one partition, as every backend's statement says it.

use switchboard_ports::store::Scan;
use switchboard_schema::table::Cell;

/// Bytes that one page of a scan may hold.
pub(crate) const PAGE_BYTES_MAX: usize = 64 * 1_024 * 1_024;

/// The lower or upper end of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Bound {
    /// None.
    Open,
    /// So many leading clustering columns, themselves included.
    Including(usize),
    /// The whole clustering key, itself not included.
    Beyond,
}

/// Both ends with the cells that they name.
pub(crate) struct Bounds<'a> {
    /// The lower end.
    pub(crate) lower: (Bound, &'a [Cell]),
    /// The upper end.
    pub(crate) upper: (Bound, &'a [Cell]),
}

impl<'a> Bounds<'a> {
    /// The ends of a scan; `None` where it can find nothing.
    pub(crate) fn of(scan: &'a Scan) -> Option<Self> {
        if scan.table.clustering.is_empty() && scan.after.is_some() {
            // The partition is one row, and nothing comes after it.
            return None;
        }
        let (mut lower, mut upper) = (end(scan.from.as_deref()), end(scan.to.as_deref()));
        if let Some(after) = scan.after.as_deref() {
            // Of two bounds on one side only the tighter is asked for.
            let near = if scan.reverse { &mut upper } else { &mut lower };
            let prefix = after.get(..near.1.len()).unwrap_or(after);
            let is_tighter = if scan.reverse { prefix <= near.1 } else { prefix >= near.1 };
            if is_tighter {
                *near = (Bound::Beyond, after);
            }
        }
        Some(Self { lower, upper })
    }
}

/// A prefix as a bound with its cells; the empty prefix bounds nothing.
fn end(prefix: Option<&[Cell]>) -> (Bound, &[Cell]) {
    match prefix {
        None | Some([]) => (Bound::Open, &[]),
        Some(prefix) => (Bound::Including(prefix.len()), prefix),
    }
}
