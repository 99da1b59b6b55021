//! The dashboard and the alert rules, held against what a server really exports.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::{
    label::{METRIC_NAME, Matchers},
    parser::{self, BinaryExpr, Expr, LabelModifier},
    util::{ExprVisitor, walk_expr},
};
use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::{Oddly, customer},
    push::PushService,
    server::Rows,
    snapshot::text,
    stage::Stage,
    until,
    wire::Socket,
};

const DASHBOARD: &str = include_str!("../../ops/grafana/switchboard.json");
const ALERTS: &str = include_str!("../../ops/prometheus/alerts.yaml");
const MEASUREMENTS: &str = include_str!("../../docs/metrics.md");

/// Labels that Prometheus adds to whatever it scrapes.
const ADDED_LABELS: [&str; 2] = ["job", "instance"];
/// What Prometheus itself makes of a scrape.
const OF_PROMETHEUS: &str = "up";
/// Measurements that the dashboard leaves out, and why.
const NOT_SHOWN: [(&str, &str); 2] = [
    ("process_virtual_memory_bytes", "says little: what counts is resident"),
    ("process_virtual_memory_max_bytes", "usually unlimited"),
];
/// What is behind a histogram's name.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

/// Names and their labels.
type Series = BTreeMap<String, BTreeSet<String>>;

/// What an expression asks for.
#[derive(Default)]
struct Asked {
    names: BTreeSet<String>,
    labels: BTreeSet<String>,
}

impl Asked {
    fn matchers(&mut self, matchers: &Matchers) {
        for matcher in matchers.matchers.iter().chain(matchers.or_matchers.iter().flatten()) {
            assert_ne!(matcher.name, METRIC_NAME, "name the measurement itself");
            self.labels.insert(matcher.name.clone());
        }
    }

    fn modifier(&mut self, modifier: Option<&LabelModifier>) {
        self.labels.extend(modifier.into_iter().flat_map(|modifier| modifier.labels().labels.clone()));
    }

    fn binary(&mut self, binary: &BinaryExpr) {
        let Some(modifier) = &binary.modifier else { return };
        self.modifier(modifier.matching.as_ref());
        self.labels.extend(modifier.card.labels().into_iter().flat_map(|labels| labels.labels.clone()));
    }
}

impl ExprVisitor for Asked {
    type Error = String;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, String> {
        let selector = match expression {
            Expr::VectorSelector(selector) => selector,
            Expr::MatrixSelector(selector) => &selector.vs,
            Expr::Aggregate(aggregate) => {
                self.modifier(aggregate.modifier.as_ref());
                return Ok(true);
            }
            Expr::Binary(binary) => {
                self.binary(binary);
                return Ok(true);
            }
            _ => return Ok(true),
        };
        self.names.insert(selector.name.clone().ok_or("a selector without a name")?);
        self.matchers(&selector.matchers);
        Ok(true)
    }
}

/// What an expression asks for; variables of a dashboard stand for what they would.
#[track_caller]
fn asked(expression: &str) -> Asked {
    let plain = expression.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*");
    assert!(!plain.contains('$'), "a variable that is not known: {expression}");
    let parsed = parser::parse(&plain).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let mut asked = Asked::default();
    walk_expr(&mut asked, &parsed).unwrap_or_else(|error| panic!("{expression}: {error}"));
    assert!(!asked.names.is_empty(), "{expression}");
    asked
}

/// Every panel of the dashboard, in rows or not.
fn panels(of: &Value) -> Vec<&Value> {
    let panels = of["panels"].as_array().into_iter().flatten();
    panels.flat_map(|panel| std::iter::once(panel).chain(self::panels(panel))).collect()
}

/// The dashboard's expressions with the titles of their panels.
fn dashboard_expressions() -> Vec<(String, String)> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("the dashboard is JSON");
    let targets = |panel: &Value| panel["targets"].as_array().cloned().unwrap_or_default();
    panels(&dashboard)
        .into_iter()
        .flat_map(|panel| {
            let title = text(panel, "title");
            targets(panel).into_iter().map(move |target| (title.clone(), text(&target, "expr")))
        })
        .collect()
}

/// The alert rules.
fn alerts() -> Vec<Value> {
    let rules: Value = serde_saphyr::from_str(ALERTS).expect("the rules are YAML");
    let groups = rules["groups"].as_array().expect("there are groups");
    groups.iter().flat_map(|group| group["rules"].as_array().expect("with rules").clone()).collect()
}

/// What a server exports: series, and the kind of each measurement.
fn exported(scrape: &str) -> (Series, BTreeMap<String, String>) {
    let (mut series, mut kinds) = (Series::new(), BTreeMap::new());
    for line in scrape.lines() {
        if let Some(said) = line.strip_prefix("# TYPE ") {
            let (name, kind) = said.split_once(' ').expect("a name and a kind");
            kinds.insert(name.to_owned(), kind.to_owned());
        } else if !line.is_empty() && !line.starts_with('#') {
            let (name, labels) = match line.split_once('{') {
                Some((name, rest)) => (name, rest.rsplit_once('}').expect("labels end").0),
                None => (line.split(' ').next().unwrap_or_default(), ""),
            };
            let labels = labels.split("\",").filter(|label| !label.is_empty());
            let labels = labels.map(|label| label.split_once('=').expect("a label has a value").0.to_owned());
            series.entry(name.to_owned()).or_default().extend(labels);
        }
    }
    (series, kinds)
}

/// The measurements of the document: kind, and labels with the values that are known.
fn documented() -> BTreeMap<String, (String, BTreeMap<String, Vec<String>>)> {
    let rows = MEASUREMENTS.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[3].split(';').map(str::trim).filter(|label| !label.is_empty()).map(|label| {
            let (name, values) = label.split_once(':').unwrap_or((label, ""));
            let values = values.split(',').map(|value| value.trim().to_owned());
            (name.trim_matches('`').to_owned(), values.filter(|value| !value.is_empty()).collect())
        });
        (cells[1].trim_matches('`').to_owned(), (cells[2].to_owned(), labels.collect()))
    })
    .collect()
}

/// The measurement that a series belongs to.
fn measurement_of(series: &str) -> String {
    let documented = documented();
    let histogram = PARTS
        .iter()
        .find_map(|part| series.strip_suffix(part))
        .filter(|name| documented.get(*name).is_some_and(|(kind, _)| kind == "histogram"));
    histogram.unwrap_or(series).to_owned()
}

/// What servers export that have done a bit of everything, one over each store.
async fn scrape_of_busy_servers() -> String {
    [scrape_of_a_busy_server(Rows::Embedded).await, scrape_of_a_busy_server(Rows::Scylla).await].concat()
}

async fn scrape_of_a_busy_server(rows: Rows) -> String {
    let settings = [
        ("MAIL__KIND", "outbox"),
        ("PUSH__ALLOW_LOOPBACK", "true"),
        ("PUSH__DELAY_S", "0"),
        ("PUSH__CONTACT", "mailto:a@first.example"),
    ];
    let stage = Stage::over(rows, &settings).await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let conversation = stage.meet(&customer(0)).await;
    socket.event("message.received").await;
    let sent = stage.send(&conversation, "an answer").await;
    stage.until_state(&sent, "sent").await;
    let unsigned = Oddly { signature: Some("sha256=00"), ..Oddly::default() };
    assert_eq!(stage.postman.post_body(stage.postman.body(&[]), &unsigned).await, Some(401));
    // So much that it is kept beside the store.
    let large = json!({"object": "whatsapp_business_account", "entry": [{
        "id": stage.channel.waba_id, "changes": [{"field": "surprise", "value": {"pad": "x".repeat(300_000)}}],
    }]});
    let body = serde_json::to_vec(&large).expect("it is JSON");
    assert_eq!(stage.postman.post_body(body, &Oddly::default()).await, Some(200));
    let mut rude = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    rude.say(&json!("no frame")).await;
    assert_eq!(rude.close_code().await, Some(4009));
    let guest = json!({"email": "guest@first.example", "role": "agent"});
    stage.api.post("/api/v1/invitations", &guest).await.of(201);
    let nobody = Api::nobody(stage.server.address());
    until("a mail to be handed over", async || {
        let sent = nobody.metric("mails_total{kind=\"invitation\",outcome=\"sent\"}").await;
        (sent > 0.0).then_some(())
    })
    .await;
    let (agent, service) = (stage.member("agent").await, PushService::start().await);
    let key = text(&agent.get("/api/v1/push-subscriptions").await.of(200), "public_key");
    agent.post("/api/v1/push-subscriptions", &service.browser(&key).1).await.of(201);
    let me = agent.get("/api/v1/me").await.of(200);
    let note = json!({"body": "look", "mentions": [me["user"]["id"]]});
    stage.api.post(&format!("/api/v1/conversations/{conversation}/notes"), &note).await.of(201);
    service.until_pushed(1).await;
    until("it to be counted", async || {
        (nobody.metric("pushes_total{outcome=\"sent\"}").await > 0.0).then_some(())
    })
    .await;
    stage.api.get("/api/v1/search?q=answer").await.of(200);
    until("the fan-out's figures, which are told once a second", async || {
        (nobody.metric("switchboard_socket_open").await > 0.0).then_some(())
    })
    .await;
    nobody.get("/metrics").await.of(200).as_str().expect("metrics are text").to_owned()
}

#[tokio::test]
async fn everything_that_a_server_exports_is_documented_and_nothing_else() {
    let (series, kinds) = exported(&scrape_of_busy_servers().await);
    let documented = documented();
    for (name, kind) in &kinds {
        let (documented, _) = documented.get(name).unwrap_or_else(|| panic!("{name} is not documented"));
        assert_eq!(documented, kind, "{name}");
    }
    for name in documented.keys() {
        assert!(kinds.contains_key(name), "{name} is documented and not exported");
    }
    for (name, labels) in &series {
        let (_, known) = &documented[&measurement_of(name)];
        let labels: BTreeSet<_> = labels.iter().filter(|label| *label != "le").collect();
        assert_eq!(labels, known.keys().collect(), "labels of {name}");
    }
}

#[tokio::test]
async fn everything_that_the_dashboard_and_the_alerts_ask_for_is_exported_with_those_labels() {
    let scrape = scrape_of_busy_servers().await;
    let (series, _) = exported(&scrape);
    let of_alerts = alerts().into_iter().map(|rule| (text(&rule, "alert"), text(&rule, "expr")));
    for (place, expression) in dashboard_expressions().into_iter().chain(of_alerts) {
        let asked = asked(&expression);
        let mut labels: BTreeSet<_> = ADDED_LABELS.iter().map(|label| (*label).to_owned()).collect();
        for name in asked.names.iter().filter(|name| *name != OF_PROMETHEUS) {
            labels.extend(
                series.get(name).unwrap_or_else(|| panic!("{place}: {name} is not exported")).clone(),
            );
        }
        let unknown: Vec<_> = asked.labels.difference(&labels).collect();
        assert!(unknown.is_empty(), "{place}: {unknown:?} are no labels of {:?}", asked.names);
    }
}

#[test]
fn label_values_that_the_dashboard_and_the_alerts_look_for_can_occur() {
    let documented = documented();
    let of_alerts = alerts().into_iter().map(|rule| (text(&rule, "alert"), text(&rule, "expr")));
    let mut looked_for = 0;
    for (place, expression) in dashboard_expressions().into_iter().chain(of_alerts) {
        for (label, values) in documented.values().flat_map(|(_, labels)| labels) {
            for operator in ["=\"", "=~\""] {
                let begins = format!("{label}{operator}");
                let found = expression.split(&begins).skip(1);
                for value in found.flat_map(|rest| rest.split('"').next().unwrap_or_default().split('|')) {
                    let known = documented.values().flat_map(|(_, labels)| labels.get(label)).flatten();
                    let free = values.is_empty() || value.contains("..");
                    assert!(
                        free || known.into_iter().any(|known| known == value),
                        "{place}: {label}={value}"
                    );
                    looked_for += 1;
                }
            }
        }
    }
    assert!(looked_for > 10, "the rules look for label values");
}

#[test]
fn every_measurement_is_on_the_dashboard_or_left_out_for_a_reason() {
    let shown: BTreeSet<_> = dashboard_expressions()
        .into_iter()
        .flat_map(|(_, expression)| asked(&expression).names)
        .map(|name| measurement_of(&name))
        .collect();
    for name in documented().keys() {
        let left_out = NOT_SHOWN.iter().any(|(left_out, _)| left_out == name);
        assert_ne!(shown.contains(name), left_out, "{name} is either shown or left out");
    }
}

#[test]
fn the_dashboard_can_be_imported_anywhere() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("the dashboard is JSON");
    let variables = dashboard["templating"]["list"].as_array().expect("there are variables");
    let names: Vec<_> = variables.iter().map(|variable| text(variable, "name")).collect();
    assert_eq!(names, ["datasource", "job", "instance"]);
    assert_eq!(variables[0]["type"], "datasource");
    let (mut ids, mut rows) = (BTreeSet::new(), 0);
    for panel in panels(&dashboard) {
        assert!(ids.insert(panel["id"].as_u64().expect("an id")), "an id twice: {panel}");
        if panel["type"] == "row" {
            rows += 1;
            continue;
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
        for target in panel["targets"].as_array().expect("it asks for something") {
            let expression = text(target, "expr");
            assert!(expression.contains("job=~\"$job\",instance=~\"$instance\""), "{expression}");
        }
    }
    assert_eq!(rows, 9, "traffic, latency, sends, sockets, actors, search, store, errors, process");
}

#[test]
fn every_alert_says_since_when_how_bad_what_is_wrong_and_what_to_do() {
    let alerts = alerts();
    let names: BTreeSet<_> = alerts.iter().map(|rule| text(rule, "alert")).collect();
    assert_eq!(names.len(), alerts.len(), "each once");
    for rule in &alerts {
        let name = text(rule, "alert");
        assert!(text(rule, "for").ends_with('m'), "{name}");
        assert!(["page", "ticket"].contains(&text(&rule["labels"], "severity").as_str()), "{name}");
        let (summary, action) = (text(&rule["annotations"], "summary"), text(&rule["annotations"], "action"));
        assert!(!summary.is_empty() && action.len() > 80, "{name} says what to do: {action}");
        let expression = text(rule, "expr");
        let selectors = expression.matches('{').count();
        let of_job = expression.matches("job=\"switchboard\"").count();
        assert_eq!(selectors, of_job, "{name} looks at this job alone");
    }
}
