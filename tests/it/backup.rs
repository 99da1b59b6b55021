//! Backups of a server that serves, and what is saved of a damaged one: started over it, another server shows what was
//! answered, once and in order.

use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::{
    postman::{customer, message_id},
    snapshot::{Snapshot, number, text},
    stage::Stage,
    until,
};

/// Customers who write at the same time.
const CUSTOMERS: u64 = 6;

/// Customers write until they are told to stop; gives who was answered.
struct Load {
    told: Arc<Mutex<BTreeSet<String>>>,
    stop: Arc<AtomicBool>,
    taken: Arc<AtomicU64>,
    tasks: JoinSet<()>,
}

impl Load {
    fn on(stage: &Stage) -> Self {
        let mut load =
            Self { told: Arc::default(), stop: Arc::default(), taken: Arc::default(), tasks: JoinSet::new() };
        for nth in 0..CUSTOMERS {
            let postman = stage.postman.another();
            let (told, stop, taken) =
                (Arc::clone(&load.told), Arc::clone(&load.stop), Arc::clone(&load.taken));
            let texts: Vec<_> = (1..3_000)
                .map(|n| (n, stage.text(&customer(nth), n, &format!("message {n} of {nth}"))))
                .collect();
            load.tasks.spawn(async move {
                for (n, update) in texts {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    postman.deliver(&[update]).await;
                    told.lock().expect("nobody panicked").insert(message_id(&customer(nth), n));
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        load
    }

    async fn until_taken(&self, more: u64) {
        let wanted = self.taken.load(Ordering::Relaxed) + more;
        until("messages to be taken", async || (self.taken.load(Ordering::Relaxed) >= wanted).then_some(()))
            .await;
    }

    fn told(&self) -> BTreeSet<String> {
        self.told.lock().expect("nobody panicked").clone()
    }

    async fn end(mut self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("every webhook is taken");
        }
        self.told()
    }
}

/// Each conversation's items have the numbers from 1 on, and no message is there twice; gives the messages.
fn in_order(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (conversation, messages) in &snapshot.messages {
        let seqs: Vec<u64> = messages.values().map(|message| number(message, "seq")).collect();
        assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "{conversation}");
        for message in messages.values() {
            if let Some(id) = message["provider_id"].as_str() {
                assert!(ids.insert(id.to_owned()), "{id} is there twice");
            }
        }
    }
    ids
}

#[tokio::test]
async fn a_backup_made_while_messages_come_holds_every_one_answered_before_and_starts_elsewhere() {
    let mut stage = Stage::new().await;
    let load = Load::on(&stage);
    load.until_taken(150).await;
    let before = load.told();
    let server = &stage.server;
    let to = server.beside("elsewhere");
    let file = server.run(&["backup", "--to", &to.display().to_string()]).trim().to_owned();
    load.until_taken(50).await;
    let all = load.end().await;
    assert!(fs::read_dir(&to).expect("it is there").count() == 1, "nothing unfinished is left beside it");

    // The old machine burns; there is the backup, and a copy of the master key.
    let key = server.beside("kept.key");
    fs::copy(server.folder().join("master.key"), &key).expect("the key is kept");
    stage.server.kill();
    let into = stage.server.beside("restored");
    let (into_text, key_text) = (into.display().to_string(), key.display().to_string());
    let restore = ["restore", "--from", &file, "--into", &into_text, "--master-key", &key_text];
    let said = stage.server.run(&restore);
    assert!(said.contains("all verified"), "{said}");
    stage.server.move_to(into);
    stage.server.boot().await;

    let restored = in_order(&stage.snapshot().await);
    assert!(
        restored.is_superset(&before),
        "what was answered before is missing: {:?}",
        before.difference(&restored)
    );
    assert!(restored.is_subset(&all));
    // The provider sends again what it is not sure of: nothing doubles, and the channel's secret still opens.
    for nth in 0..CUSTOMERS {
        let again: Vec<_> = (1..=20).map(|n| stage.text(&customer(nth), n, "again")).collect();
        stage.postman.deliver(&again).await;
    }
    assert!(in_order(&stage.snapshot().await).is_superset(&restored));
    let conversation = stage.meet(&customer(99)).await;
    let answer = stage.send(&conversation, "still here").await;
    stage.until_state(&answer, "sent").await;
}

#[tokio::test]
async fn what_is_saved_of_a_damaged_database_is_shown_and_goes_on() {
    let mut stage = Stage::new().await;
    let load = Load::on(&stage);
    load.until_taken(400).await;
    load.end().await;
    stage.server.ask_to_stop();
    stage.server.stopped().await;
    let file = stage.server.folder().join("switchboard.db");
    let mut bytes = fs::read(&file).expect("it is read");
    // Pages of rows in order of their arrival; the first ones hold the heads of the conversations.
    let holds_messages = |page: &[u8]| page[0] == 0x0d && page.windows(8).any(|words| words == b"message ");
    let mut pages: Vec<&mut [u8]> = bytes.chunks_mut(4_096).filter(|page| holds_messages(page)).collect();
    let last = pages.len() - 1;
    assert!(last > 12, "{last} pages of messages");
    for page in [last / 2, last / 2 + 3, last - 1] {
        pages[page].fill(0);
    }
    fs::write(&file, bytes).expect("it is damaged");
    let refused = stage.server.fails(&["migrate"]);
    assert!(refused.contains("is damaged") && refused.contains("switchboard salvage"), "{refused}");
    let deep = stage.server.fails(&["check", "--deep"]);
    assert!(deep.contains("wrong  store.path (deep)"), "{deep}");

    let said = stage.server.run(&["salvage"]);
    assert!(said.contains("thread: ") && said.contains("damaged-1"), "{said}");
    stage.server.boot().await;
    let snapshot = stage.snapshot().await;
    let shown: Vec<&Value> = snapshot.all_messages().collect();
    assert!(shown.len() > 300, "{} messages are shown\n{said}", shown.len());
    let bodies: BTreeSet<String> = shown.iter().map(|message| text(message, "id")).collect();
    assert_eq!(bodies.len(), shown.len());
    let conversation = stage.meet(&customer(99)).await;
    let answer = stage.send(&conversation, "still here").await;
    stage.until_state(&answer, "sent").await;
}
