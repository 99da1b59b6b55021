//! The distributed store: ScyllaDB, or anything that speaks CQL as it does.

mod statements;
