//! Traces on their way to a collector, by OTLP over HTTP.
//!
//! Spans wait in a bounded queue; a thread of the library's hands them over in batches. What finds no room, and what
//! the collector does not take, is dropped and counted: nothing waits for it. Without an endpoint there is no
//! provider, and nothing begins.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use opentelemetry::{Context, KeyValue, global, propagation::TextMapPropagator as _, trace::SpanKind};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{RetryPolicy, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{
        BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, Span as SdkSpan, SpanData,
        SpanExporter, SpanProcessor,
    },
};
use switchboard_actors::trace::Span;
use tokio::runtime::Handle;

use crate::config::Telemetry;

/// Where a collector takes spans, below its address.
const PATH: &str = "/v1/traces";
/// Spans that wait to be handed over; one more is dropped.
const QUEUE_SPANS_MAX: usize = 8_192;
/// Spans of one batch.
const BATCH_SPANS_MAX: usize = 512;
/// How long spans are gathered before a batch that is not full is handed over.
const BATCH_EVERY: Duration = Duration::from_secs(1);
/// How long the collector may take for a batch.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the spans that wait at the end may take.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a collector's answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Starts recording, where an endpoint is set. Requests to the collector run on `runtime`. A second call does
/// nothing.
///
/// # Errors
/// When no client for the endpoint can be made.
pub(crate) fn start(settings: &Telemetry, runtime: &Handle) -> Result<(), String> {
    let Some(endpoint) = settings.otlp_endpoint.as_ref().filter(|_| PROVIDER.get().is_none()) else {
        return Ok(());
    };
    let http = reqwest::Client::builder()
        .timeout(EXPORT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| error.to_string())?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(Client { http, runtime: runtime.clone() })
        .with_endpoint(format!("{}{PATH}", endpoint.as_str().trim_end_matches('/')))
        .with_timeout(EXPORT_TIMEOUT)
        // It would wait in the thread that gathers the next batch; that one comes anyway.
        .with_retry_policy(RetryPolicy::disabled())
        .build()
        .map_err(|error| error.to_string())?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE_SPANS_MAX)
        .with_max_export_batch_size(BATCH_SPANS_MAX)
        .with_scheduled_delay(BATCH_EVERY)
        .build();
    let exporter = Watched { inner: exporter, failing: AtomicBool::new(false) };
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
    let resource = Resource::builder_empty()
        .with_service_name("switchboard")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.sample_ratio))))
        .with_span_processor(Counted(processor))
        .with_resource(resource)
        .build();
    global::set_tracer_provider(provider.clone());
    // Whoever came first stays.
    drop(PROVIDER.set(provider));
    Ok(())
}

/// Begins to record something that came from outside, under its caller's span where `headers` name one. Nothing,
/// where nothing is recorded or this is not.
pub(crate) fn begin(name: impl FnOnce() -> String, headers: Option<&HeaderMap>) -> Option<Span> {
    PROVIDER.get()?;
    let caller = match headers {
        Some(headers) => {
            TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers))
        }
        None => Context::new(),
    };
    Span::from_outside(name(), SpanKind::Server, &caller)
}

/// Hands over what waits, within a time; nothing is recorded any more.
pub(crate) async fn end(within: Duration) {
    let Some(provider) = PROVIDER.get() else { return };
    let within = within.min(END_TIMEOUT);
    let ended = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(within)).await;
    if !matches!(ended, Ok(Ok(()))) {
        tracing::warn!("not all spans were handed to the collector in time");
    }
}

/// Counts the spans that end; what is not exported then was dropped.
#[derive(Debug)]
struct Counted(BatchSpanProcessor);

impl SpanProcessor for Counted {
    fn on_start(&self, span: &mut SdkSpan, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        metrics::counter!("switchboard_trace_spans_total").increment(1);
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// Counts what the collector takes, and says once when it begins to take nothing.
#[derive(Debug)]
struct Watched {
    inner: opentelemetry_otlp::SpanExporter,
    failing: AtomicBool,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let exported = self.inner.export(batch).await;
        let outcome = if exported.is_ok() { "ok" } else { "failed" };
        metrics::counter!("switchboard_trace_exports_total", "outcome" => outcome).increment(1);
        let failed_before = self.failing.swap(exported.is_err(), Ordering::Relaxed);
        match &exported {
            Ok(()) => metrics::counter!("switchboard_trace_spans_exported_total").increment(spans),
            // Its words may hold the endpoint's, which may hold a secret.
            Err(_) if !failed_before => {
                tracing::warn!(
                    "the collector takes no spans, they are dropped: look whether telemetry.otlp_endpoint is right"
                );
            }
            Err(_) => {}
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// The way to the collector: the library's thread knows no runtime of its own.
#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let request = reqwest::Request::try_from(request)?;
            let response = http.execute(request).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut response = response;
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                    break;
                }
                body.extend_from_slice(&chunk);
            }
            let mut answer = Response::builder().status(status).body(Bytes::from(body))?;
            *answer.headers_mut() = headers;
            Ok::<_, HttpError>(answer)
        });
        sent.await?
    }
}
