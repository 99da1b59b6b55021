//! Where in a trace something happens.

/// A place in a trace that is recorded: what happens next says that it came from here. Small, so that letters and
/// commands carry it; there is none where nothing is recorded. Never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: [u8; 16],
    span_id: [u8; 8],
}

impl TraceContext {
    /// A place by its two ids, as W3C Trace Context has them; neither is all zeroes.
    #[must_use]
    pub const fn new(trace_id: [u8; 16], span_id: [u8; 8]) -> Self {
        Self { trace_id, span_id }
    }

    /// The trace.
    #[must_use]
    pub const fn trace_id(&self) -> [u8; 16] {
        self.trace_id
    }

    /// The place in it.
    #[must_use]
    pub const fn span_id(&self) -> [u8; 8] {
        self.span_id
    }

    /// The value of the header `traceparent` (W3C Trace Context, 3.2) that tells another server of this place.
    #[must_use]
    pub fn traceparent(&self) -> String {
        let (trace, span) = (u128::from_be_bytes(self.trace_id), u64::from_be_bytes(self.span_id));
        format!("00-{trace:032x}-{span:016x}-01")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_told_as_the_specification_has_it() {
        let here = TraceContext::new([0x0a; 16], [0x00, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(here.traceparent(), "00-0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a-0001020304050607-01");
    }
}
