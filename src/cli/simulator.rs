//! `switchboard simulator`: WhatsApp's side of the wire alone, to try a server or a program against.
//!
//! It prints one line of JSON with what a channel needs, then takes one line of JSON at a time on its
//! standard input and does what it says; it ends when its input does.

use std::{
    io::BufRead as _,
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;
use switchboard_simulator::graph::{APP_ID, CONFIG_ID};
use switchboard_simulator::{Fault, Person, When, World, WorldOptions, customers::Thing, payload};

use super::{Failure, block_on, failed, print};

/// Longest line taken, in bytes.
const LINE_BYTES_MAX: usize = 64 * 1_024;
/// Lines that may wait to be done.
const LINES_WAITING: usize = 256;

/// Where it listens and tells.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where the Graph API listens, on this machine; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where webhooks go, on this machine.
    #[arg(long)]
    webhook: String,
    /// Decides everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Customers who come by themselves.
    #[arg(long, default_value_t = 0)]
    customers: usize,
    /// Milliseconds after which a submitted template is decided upon; nobody decides unless told.
    #[arg(long)]
    review_ms: Option<u64>,
}

/// What a line asks for.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Order {
    /// A customer writes.
    Say {
        phone: String,
        name: String,
        text: String,
        /// So long ago, by the provider's clock.
        #[serde(default)]
        hours_ago: i64,
    },
    /// A customer sends something that is not words; with words, they stand wherever there are words of a customer in it.
    Send { phone: String, name: String, thing: Thing, words: Option<String> },
    /// A customer chooses a row of a list that they were sent.
    Tap { phone: String, name: String, id: String, title: String },
    /// The business writes on its own phone.
    Echo { phone: String, text: String },
    /// The business' phone tells what it kept: one message an hour, the last so long ago.
    History { phone: String, texts: Vec<String>, hours_ago: i64 },
    /// Something about the number changes at the provider; what is left out stays.
    Number {
        access_token: Option<String>,
        quality_rating: Option<String>,
        messaging_limit: Option<String>,
        status: Option<String>,
        is_on_biz_app: Option<bool>,
    },
    /// What the business' phone keeps, to be sent when it is asked for: a thread with one message an hour until now.
    Phone { phone: String, name: String, texts: Vec<String>, keeps_history: bool },
    /// Meta tells of the account: a field and its value, as documented.
    Account { field: String, value: serde_json::Value },
    /// The next send is accepted and never answered.
    AcceptThenSilence,
    /// The next send is not accepted, and its connection ends without an answer.
    Close,
    /// The next send is refused with this error code of the Graph API.
    Refuse { code: i64 },
}

/// Runs the simulator until its input ends.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    block_on(async {
        let world = WorldOptions {
            seed: options.seed,
            graph_listen: options.listen,
            webhook_url: Some(options.webhook.clone()),
            customers: options.customers,
            pace: if options.customers > 0 { 1.0 } else { 0.0 },
            review: options.review_ms.map(Duration::from_millis).map(|after| after..after),
            ..WorldOptions::default()
        };
        let app_secret = world.app_secret.clone();
        let number =
            world.numbers.first().cloned().ok_or_else(|| failed("the simulated provider has no number"))?;
        let world = World::start(world).await.map_err(failed)?;
        let facts = serde_json::json!({
            "graph_url": world.graph_url(),
            "phone_number_id": number.business.phone_number_id,
            "waba_id": number.business.waba_id,
            "access_token": number.access_token,
            "app_secret": app_secret,
            "app_id": APP_ID,
            "config_id": CONFIG_ID,
        });
        print(&format!("{facts}\n"))?;
        let mut lines = lines();
        while let Some(line) = lines.recv().await {
            let order = serde_json::from_str(&line)
                .map_err(|error| failed(format!("a line that is no order: {error}")))?;
            carry_out(&world, &number.business.phone_number_id, order)?;
        }
        world.shutdown().await;
        Ok(())
    })?
}

/// The lines of standard input, read on a thread of their own.
fn lines() -> tokio::sync::mpsc::Receiver<String> {
    let (sender, receiver) = tokio::sync::mpsc::channel(LINES_WAITING);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if line.len() > LINE_BYTES_MAX || sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn carry_out(world: &World, phone_number_id: &str, order: Order) -> Result<(), Failure> {
    match order {
        Order::Say { phone, name, text, hours_ago } => {
            let person = Person::phone(phone, name);
            let at = now_secs() - hours_ago * 3_600;
            let message = payload::text_message(&person, &world.next_message_id(&person), at, &text);
            world.inject(phone_number_id, [message]).map_err(failed)?;
        }
        Order::Send { phone, name, thing, words } => {
            let from = Person::phone(phone, name);
            world.send(phone_number_id, &from, thing, words.as_deref(), now_secs()).map_err(failed)?;
        }
        Order::Tap { phone, name, id, title } => {
            let from = Person::phone(phone, name);
            let tap = payload::list_reply(&from, &world.next_message_id(&from), now_secs(), &id, &title);
            world.inject(phone_number_id, [tap]).map_err(failed)?;
        }
        Order::Echo { phone, text } => {
            let (to, business) = (Person::phone(phone, ""), world.business(phone_number_id).map_err(failed)?);
            let (id, words) = (world.next_message_id(&to), serde_json::json!({"body": text}));
            let echo = payload::echo(&business, &to, &id, now_secs(), "text", &words);
            world.inject(phone_number_id, [echo]).map_err(failed)?;
        }
        Order::History { phone, texts, hours_ago } => {
            let (with, business) =
                (Person::phone(phone, ""), world.business(phone_number_id).map_err(failed)?);
            let messages = old_messages(world, &with, &texts, now_secs() - hours_ago * 3_600);
            let history = payload::history(&business, &with, 1, &messages);
            world.inject(phone_number_id, [history]).map_err(failed)?;
        }
        Order::Number { access_token, quality_rating, messaging_limit, status, is_on_biz_app } => {
            world.graph().change_number(phone_number_id, |number| {
                number.access_token = access_token.unwrap_or(std::mem::take(&mut number.access_token));
                number.quality_rating = quality_rating.unwrap_or(std::mem::take(&mut number.quality_rating));
                number.messaging_limit =
                    messaging_limit.unwrap_or(std::mem::take(&mut number.messaging_limit));
                number.status = status.unwrap_or(std::mem::take(&mut number.status));
                number.is_on_biz_app = is_on_biz_app.unwrap_or(number.is_on_biz_app);
            });
        }
        Order::Phone { phone, name, texts, keeps_history } => {
            let with = Person::phone(phone, "");
            let messages = old_messages(world, &with, &texts, now_secs());
            world.graph().change_number(phone_number_id, |number| {
                number.is_on_biz_app = true;
                number.phone = payload::Phone {
                    contacts: vec![(with.clone(), name.clone())],
                    threads: vec![(with.clone(), messages.clone())],
                    keeps_history,
                };
            });
        }
        Order::Account { field, value } => {
            let subject = now_secs().to_string();
            let update = payload::account_field(&field, &subject, &value);
            world.inject(phone_number_id, [update]).map_err(failed)?;
        }
        Order::AcceptThenSilence => {
            world.graph().script(When::NextSend, Fault::AcceptThenSilence);
        }
        Order::Close => {
            world.graph().script(When::NextSend, Fault::Close);
        }
        Order::Refuse { code } => {
            world.graph().script(When::NextSend, Fault::Code(code));
        }
    }
    Ok(())
}

/// A thread of old messages, one an hour up to the last, by the customer and the business in turn.
fn old_messages(world: &World, with: &Person, texts: &[String], last: i64) -> Vec<payload::OldMessage> {
    let hours = (0..i64::try_from(texts.len()).unwrap_or_default()).rev();
    let message = |(hours, text): (i64, &String)| payload::OldMessage {
        id: world.next_message_id(with),
        at_s: last - hours * 3_600,
        content: serde_json::json!({"type": "text", "text": {"body": text}}),
        ours: (hours % 2 == 1).then_some("READ"),
    };
    hours.zip(texts).map(message).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator stands outside the server and has the machine's time"
)]
fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
