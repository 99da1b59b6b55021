//! A client that keeps a model of the workspace by the protocol's rules, and notices when they are broken.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle};

use super::{
    api::Api,
    snapshot::{Position, Snapshot, bare, number, position, text},
    until,
    wire::{Came, Socket},
};

/// What the agent knows and has seen.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) model: Snapshot,
    /// The last event seen, or where a snapshot was told to go on.
    pub(crate) position: Option<Position>,
    /// Message versions told since the last reload.
    told: HashSet<(String, u64)>,
    /// Rules of the protocol that the server broke.
    broken: Vec<String>,
    /// Connections that were greeted.
    pub(crate) came: usize,
    /// Close codes, in order; none where the connection broke.
    pub(crate) closes: Vec<Option<u16>>,
    /// Subscriptions that went on, and that had to begin anew.
    pub(crate) resumed: usize,
    pub(crate) reloaded: usize,
    /// Events taken.
    pub(crate) events: usize,
}

/// An agent at work. Dropped, it goes.
pub(crate) struct Agent {
    known: Arc<Mutex<Known>>,
    leaving: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Agent {
    /// Somebody who looks at everything, and comes back whenever the connection ends.
    pub(crate) fn start(api: &Api, api_key: &str, batch: bool) -> Self {
        let known = Arc::new(Mutex::new(Known::default()));
        let (leaving, left) = watch::channel(false);
        let work = Work { api: api.clone(), api_key: api_key.to_owned(), batch, known: Arc::clone(&known) };
        let task = tokio::spawn(async move {
            let mut left = left;
            tokio::select! {
                () = work.run() => {}
                _ = left.wait_for(|left| *left) => {}
            }
        });
        Self { known, leaving, task }
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the agent has subscribed once.
    pub(crate) async fn at_work(&self) {
        until("the agent to subscribe", async || {
            self.check();
            self.known().position.is_some().then_some(())
        })
        .await;
    }

    /// Fails where the server broke a rule.
    #[track_caller]
    pub(crate) fn check(&self) {
        let known = self.known();
        assert!(known.broken.is_empty(), "the protocol was broken: {:#?}", known.broken);
        drop(known);
        assert!(!self.task.is_finished(), "the agent's task ended");
    }

    /// Waits until the model equals what the server shows, and gives that.
    pub(crate) async fn agrees_with(&self, api: &Api) -> Snapshot {
        let deadline = tokio::time::Instant::now() + super::PATIENCE;
        loop {
            self.check();
            let (server, _) = Snapshot::of(api).await;
            let difference = self.known().model.difference(&server);
            let Some(difference) = difference else { return server };
            assert!(
                tokio::time::Instant::now() < deadline,
                "the agent's model and the server differ: {difference}"
            );
            tokio::time::sleep(super::LOOK_EVERY * 10).await;
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.leaving.send_replace(true);
        self.task.abort();
    }
}

struct Work {
    api: Api,
    api_key: String,
    batch: bool,
    known: Arc<Mutex<Known>>,
}

impl Work {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self) {
        loop {
            let address = self.api.address().now().await;
            let Ok(mut socket) = Socket::with_key(&address, &self.api_key).await else {
                tokio::time::sleep(super::LOOK_EVERY).await;
                continue;
            };
            let code = self.serve(&mut socket).await;
            self.known().closes.push(code);
        }
    }

    /// From hello to the end; gives the close code.
    async fn serve(&self, socket: &mut Socket) -> Option<u16> {
        loop {
            let frame = match socket.next().await {
                Came::Frame(frame) => frame,
                Came::End(code) => return code,
            };
            match frame["type"].as_str() {
                Some("hello") => {
                    self.known().came += 1;
                    let mut subscribe =
                        serde_json::json!({"type": "subscribe", "id": 1, "batch": self.batch});
                    if let Some((epoch, offset)) = &self.known().position {
                        subscribe["since"] = serde_json::json!({"epoch": epoch, "offset": offset});
                    }
                    socket.say(&subscribe).await;
                }
                Some("subscribed") => self.subscribed(&frame).await?,
                Some("event") => self.known().take(&frame),
                Some("ping") => socket.say(&serde_json::json!({"type": "pong"})).await,
                _ => {}
            }
        }
    }

    /// Goes on, or begins anew. Nothing where the server went away meanwhile: then nothing is known.
    async fn subscribed(&self, frame: &Value) -> Option<()> {
        let told = position(frame);
        if frame["resumed"] == true {
            let mut known = self.known();
            known.resumed += 1;
            match &mut known.position {
                // Offsets go on where the log ended, so what is missed comes right after what was seen.
                Some(position) => position.0 = told.0,
                None => known.broken.push(format!("resumed without a position: {frame}")),
            }
            return Some(());
        }
        self.known().position = None;
        let (model, as_of) = loaded(&self.api).await?;
        let mut known = self.known();
        known.reloaded += 1;
        if as_of.0 == told.0 && as_of.1 < told.1 {
            known.broken.push(format!("a snapshot as of {as_of:?} that is older than {told:?}"));
        }
        known.model = model;
        known.told.clear();
        known.position = Some(told);
        Some(())
    }
}

/// The snapshot, unless the server goes away while it is read.
async fn loaded(api: &Api) -> Option<(Snapshot, Position)> {
    let here = api.address().now().await;
    let api = api.clone();
    // A request that is not answered fails the reading; that alone is no fault of the server's.
    let read = tokio::spawn(async move { Snapshot::of(&api).await });
    match read.await {
        Ok(read) => Some(read),
        Err(error) => {
            if let Ok(panic) = error.try_into_panic() {
                let said = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                let away = said.contains("was not answered") || said.contains("\"stopping\"");
                assert!(away, "a snapshot from {here} could not be read: {said}");
            }
            None
        }
    }
}

impl Known {
    fn take(&mut self, event: &Value) {
        let (offset, prev) = (number(event, "offset"), number(event, "prev"));
        let Some((_, last)) = &mut self.position else {
            self.broken.push(format!("an event before `subscribed`: {event}"));
            return;
        };
        if prev != *last || offset <= *last {
            let last = *last;
            self.broken.push(format!("an event {prev} -> {offset} after {last}: {event}"));
        }
        if let Some((_, last)) = &mut self.position {
            *last = offset;
        }
        self.events += 1;
        let data = &event["data"];
        if let Some(message) = data.get("message") {
            self.take_message(message, event);
        }
        if let Some(conversation) = data.get("conversation") {
            let (id, version) = (text(conversation, "id"), number(conversation, "version"));
            let known = self.model.conversations.get(&id);
            if known.is_none_or(|known| number(known, "version") <= version) {
                self.model.messages.entry(id.clone()).or_default();
                self.model.conversations.insert(id, bare(conversation));
            }
        }
    }

    fn take_message(&mut self, message: &Value, event: &Value) {
        let (id, version) = (text(message, "id"), number(message, "version"));
        if !self.told.insert((id, version)) {
            self.broken.push(format!("an event that was told before: {event}"));
        }
        let messages = self.model.messages.entry(text(message, "conversation_id")).or_default();
        let seq = number(message, "seq");
        if messages.get(&seq).is_none_or(|known| number(known, "version") < version) {
            messages.insert(seq, message.clone());
        }
    }
}
