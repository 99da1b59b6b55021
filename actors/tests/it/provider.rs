//! A provider by script, which remembers every request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use secrecy::SecretString;
use switchboard_actors::house::Connector;
use switchboard_domain::{
    inbound::Callback,
    outbound::{ErrorClass, Outbound, OutboundContent, ProviderError, SendOutcome},
};
use switchboard_ports::{
    Future,
    channel::{ChannelClient, Download, FetchError, ReadError, Submission, Submitted, Upload},
};
use switchboard_schema::{ContactId, wire::Template};

/// One request, and what was answered to it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) callback: Callback,
    pub(crate) words: String,
    pub(crate) outcome: SendOutcome,
    /// The person was blocked, and that was answered, before it began.
    pub(crate) forbidden: bool,
}

type Script = dyn Fn(&Outbound, usize) -> SendOutcome + Send + Sync;

#[derive(Default)]
struct Seen {
    requests: Vec<Request>,
    /// Addresses of blocked people.
    blocked: HashMap<ContactId, String>,
}

/// The provider.
pub(crate) struct Provider {
    seen: Mutex<Seen>,
    script: Mutex<Arc<Script>>,
    pause: Mutex<Duration>,
    shelf: Mutex<Arc<Shelf>>,
    asked_for: Mutex<Vec<String>>,
    uploads: Mutex<Vec<Vec<u8>>>,
}

/// The files it has, by their ids; the number says how often this one was asked for before.
type Shelf = dyn Fn(&str, usize) -> Result<Vec<u8>, FetchError> + Send + Sync;

impl Provider {
    /// One that takes everything.
    pub(crate) fn new() -> Arc<Self> {
        let script: Arc<Script> = Arc::new(|outbound, _| accepted(&provider_id(outbound.callback)));
        let shelf: Arc<Shelf> = Arc::new(|_, _| Err(FetchError::Gone("no such file".to_owned())));
        Arc::new(Self {
            seen: Mutex::default(),
            script: Mutex::new(script),
            pause: Mutex::default(),
            shelf: Mutex::new(shelf),
            asked_for: Mutex::default(),
            uploads: Mutex::default(),
        })
    }

    /// Has files as told.
    pub(crate) fn keep_files(
        &self,
        shelf: impl Fn(&str, usize) -> Result<Vec<u8>, FetchError> + Send + Sync + 'static,
    ) {
        *self.shelf.lock().unwrap() = Arc::new(shelf);
    }

    /// What was uploaded, in order.
    pub(crate) fn uploads(&self) -> Vec<Vec<u8>> {
        self.uploads.lock().unwrap().clone()
    }

    /// Answers as told; the number says how often this very item was requested before.
    pub(crate) fn answer_by(&self, script: impl Fn(&Outbound, usize) -> SendOutcome + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
    }

    /// Takes so long for each answer.
    pub(crate) fn take(&self, pause: Duration) {
        *self.pause.lock().unwrap() = pause;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// Nobody may write to this person any more.
    pub(crate) fn forbid(&self, contact: ContactId, address: &str) {
        self.seen.lock().unwrap().blocked.insert(contact, address.to_owned());
    }

    /// Everybody may again.
    pub(crate) fn allow(&self, contact: ContactId) {
        self.seen.lock().unwrap().blocked.remove(&contact);
    }
}

impl ChannelClient for Provider {
    fn send(&self, outbound: Outbound) -> Future<SendOutcome> {
        let script = Arc::clone(&self.script.lock().unwrap());
        let mut seen = self.seen.lock().unwrap();
        let earlier = seen.requests.iter().filter(|known| known.callback == outbound.callback).count();
        let outcome = script(&outbound, earlier);
        let words = match &outbound.content {
            OutboundContent::Text(text) => text.body.clone(),
            OutboundContent::Template(template, _) => template.name.clone(),
            OutboundContent::File(file) => file.provider_media_id.clone(),
            other => format!("{other:?}"),
        };
        let forbidden = outbound.to.iter().any(|to| seen.blocked.values().any(|value| *value == to.value));
        let callback = outbound.callback;
        seen.requests.push(Request { callback, words, outcome: outcome.clone(), forbidden });
        let pause = *self.pause.lock().unwrap();
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            outcome
        })
    }

    fn templates(&self) -> Future<Result<Vec<Template>, ReadError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn upload_sample(&self, _: Upload) -> Future<Result<String, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it takes none".to_owned()))))
    }

    fn submit_template(&self, _: Submission) -> Future<Result<Submitted, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it takes none".to_owned()))))
    }

    fn delete_template(&self, _: String, _: String) -> Future<Result<(), ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it has none".to_owned()))))
    }

    fn mark_read(&self, _: String, _: bool) -> Future<Result<(), ReadError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn download(&self, provider_media_id: String, bytes_max: u64) -> Future<Result<Download, FetchError>> {
        let shelf = Arc::clone(&self.shelf.lock().unwrap());
        let mut asked = self.asked_for.lock().unwrap();
        let earlier = asked.iter().filter(|id| **id == provider_media_id).count();
        asked.push(provider_media_id.clone());
        let found = shelf(&provider_media_id, earlier);
        Box::pin(async move {
            let found = found?;
            assert!(found.len() as u64 <= bytes_max);
            let (sender, bytes) = tokio::sync::mpsc::channel(1);
            tokio::spawn(async move {
                for piece in found.chunks(1_000_000) {
                    if sender.send(Ok(piece.to_vec().into())).await.is_err() {
                        return;
                    }
                }
            });
            Ok(Download { mime_type: None, sha256: None, bytes })
        })
    }

    fn upload(&self, upload: Upload) -> Future<Result<String, ReadError>> {
        let mut uploads = self.uploads.lock().unwrap();
        uploads.push(upload.bytes.to_vec());
        Box::pin(std::future::ready(Ok(format!("upload.{}", uploads.len()))))
    }
}

/// Connects everybody to the one provider.
pub(crate) struct ToProvider(pub(crate) Arc<Provider>);

impl Connector for ToProvider {
    fn connect(&self, _: &str, _: &str, _: SecretString) -> Arc<dyn ChannelClient> {
        let provider: Arc<Provider> = Arc::clone(&self.0);
        provider
    }
}

/// The id that the provider gives to an item.
pub(crate) fn provider_id(callback: Callback) -> String {
    format!("out.{}", callback.to_text())
}

pub(crate) fn accepted(provider_id: &str) -> SendOutcome {
    SendOutcome::Accepted { provider_id: provider_id.to_owned(), recipient: Vec::new() }
}

pub(crate) fn refused(class: ErrorClass) -> SendOutcome {
    SendOutcome::Refused(ProviderError { code: "whatsapp_1".into(), message: "no".into(), class })
}
