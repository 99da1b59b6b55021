//! A collector of traces: takes OTLP over HTTP and keeps the spans.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value as Held,
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use tokio::{net::TcpListener, task::JoinHandle};

use super::until;

/// The collector. Dropped, it goes.
pub(crate) struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Taken {
    spans: Vec<Span>,
    /// The bodies as they came.
    bodies: Vec<u8>,
}

type Shared = Arc<Mutex<Taken>>;

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let taken = Shared::default();
        let routes = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&taken));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Self { address, taken, task }
    }

    /// What `telemetry.otlp_endpoint` is set to.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every byte that came.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.taken().bodies.clone()
    }

    /// The spans of one trace so far.
    pub(crate) fn trace(&self, id: &[u8]) -> Trace {
        Trace(self.taken().spans.iter().filter(|span| span.trace_id == id).cloned().collect())
    }

    /// Waits for a trace that holds spans of all these names.
    pub(crate) async fn trace_with(&self, id: &[u8], names: &[&str]) -> Trace {
        until(&format!("a trace with {names:?}"), async || {
            let trace = self.trace(id);
            names.iter().all(|name| trace.find(name).is_some()).then_some(trace)
        })
        .await
    }

    /// The ids of the traces that begin with a span of this name.
    pub(crate) fn begun_by(&self, name: &str) -> Vec<Vec<u8>> {
        let taken = self.taken();
        let roots = taken.spans.iter().filter(|span| span.name == name && span.parent_span_id.is_empty());
        roots.map(|span| span.trace_id.clone()).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(taken): State<Shared>, body: Bytes) -> StatusCode {
    let Ok(request) = ExportTraceServiceRequest::decode(body.clone()) else { return StatusCode::BAD_REQUEST };
    let spans = request.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans);
    let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
    taken.spans.extend(spans);
    taken.bodies.extend_from_slice(&body);
    StatusCode::OK
}

/// The spans of one trace.
pub(crate) struct Trace(pub(crate) Vec<Span>);

impl Trace {
    pub(crate) fn find(&self, name: &str) -> Option<&Span> {
        self.0.iter().find(|span| span.name == name)
    }

    fn parent(&self, of: &Span) -> Option<&Span> {
        self.0.iter().find(|span| span.span_id == of.parent_span_id)
    }

    /// The names from the root to this span.
    pub(crate) fn path(&self, to: &Span) -> Vec<String> {
        let mut path = vec![to.name.clone()];
        let mut at = to;
        while let Some(parent) = self.parent(at) {
            path.insert(0, parent.name.clone());
            at = parent;
        }
        path
    }

    /// Every span but the root has its parent here, and none begins before it.
    #[track_caller]
    pub(crate) fn is_one_tree(&self) {
        let roots: Vec<_> = self.0.iter().filter(|span| self.parent(span).is_none()).collect();
        assert_eq!(roots.len(), 1, "one root: {roots:#?}");
        for span in &self.0 {
            assert!(span.end_time_unix_nano >= span.start_time_unix_nano, "{span:?}");
            let begun = self.parent(span).map_or(0, |parent| parent.start_time_unix_nano);
            assert!(span.start_time_unix_nano >= begun, "{} begins before its parent", span.name);
        }
    }
}

/// What a span says of itself, as text.
pub(crate) fn notes(span: &Span) -> BTreeMap<String, String> {
    let text = |held: Option<Held>| match held {
        Some(Held::StringValue(text)) => text,
        Some(Held::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let notes = span.attributes.iter().cloned();
    notes.map(|note| (note.key, text(note.value.and_then(|value| value.value)))).collect()
}

/// Is it a request to another server?
pub(crate) fn goes_outside(span: &Span) -> bool {
    span.kind == SpanKind::Client as i32
}
