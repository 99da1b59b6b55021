//! Traces: what came of what, across mailboxes, shared commits and the fan-out.
//!
//! Whoever begins something on somebody's behalf carries the place it came from, where that is recorded, and opens a
//! span under it. Without a place nothing is done: where nobody traces, a trace costs the look whether there is a
//! place. Spans hold ids, numbers and names of ours, nothing that a person said or is reached by.

use std::borrow::Cow;

use opentelemetry::{
    Context, KeyValue, Value,
    global::{self, BoxedSpan},
    trace::{
        Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags,
        TraceId, TraceState, Tracer as _,
    },
};
use switchboard_schema::TraceContext;

/// What all spans of ours are found under.
const SCOPE: &str = "switchboard";

/// Something that takes time, until this is dropped or ended.
#[derive(Debug)]
pub struct Span(BoxedSpan);

impl Span {
    /// Begins what comes from outside: under the caller's span, where the context has one. Nothing, where it is not
    /// to be recorded.
    #[must_use]
    pub fn from_outside(
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        caller: &Context,
    ) -> Option<Self> {
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        let span = global::tracer(SCOPE).build_with_context(builder, caller);
        (span.is_recording() && span.span_context().is_sampled()).then_some(Self(span))
    }

    /// Begins what one thing leads to.
    #[must_use]
    pub fn of(cause: TraceContext, name: impl Into<Cow<'static, str>>) -> Self {
        Self::under(cause, SpanBuilder::from_name(name))
    }

    /// Begins a request to another server.
    #[must_use]
    pub fn to_outside(cause: TraceContext, name: impl Into<Cow<'static, str>>) -> Self {
        Self::under(cause, SpanBuilder::from_name(name).with_kind(SpanKind::Client))
    }

    /// Begins what several things lead to together: under the first, linked to the others. Nothing without any.
    #[must_use]
    pub fn of_all(causes: &[TraceContext], name: impl FnOnce() -> String) -> Option<Self> {
        let (first, others) = causes.split_first()?;
        let mut span = Self::of(*first, name());
        for &other in others {
            span.0.add_link(told(other), Vec::new());
        }
        Some(span)
    }

    fn under(cause: TraceContext, builder: SpanBuilder) -> Self {
        let parent = Context::new().with_remote_span_context(told(cause));
        Self(global::tracer(SCOPE).build_with_context(builder, &parent))
    }

    /// Its own place, for what it leads to.
    #[must_use]
    pub fn context(&self) -> TraceContext {
        let context = self.0.span_context();
        TraceContext::new(context.trace_id().to_bytes(), context.span_id().to_bytes())
    }

    /// Says something of it: never words of people, addresses or secrets.
    pub fn note(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.set_attribute(KeyValue::new(name, value));
    }

    /// Says that it failed, in words of ours.
    pub fn fail(&mut self, why: &'static str) {
        self.0.set_status(Status::error(why));
    }

    /// Ends it; gives its place.
    pub fn end(mut self) -> TraceContext {
        self.0.end();
        self.context()
    }
}

/// Waits for something, within a span where there is a cause that is recorded.
pub async fn within<T>(cause: Option<TraceContext>, name: &'static str, work: impl Future<Output = T>) -> T {
    let _span = cause.map(|cause| Span::of(cause, name));
    work.await
}

/// A place, as the library has it.
fn told(at: TraceContext) -> SpanContext {
    let (trace, span) = (TraceId::from_bytes(at.trace_id()), SpanId::from_bytes(at.span_id()));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE)
}
