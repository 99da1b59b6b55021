//! The session: where the cluster is, how it is trusted, how requests find their replicas.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use scylla::{
    client::{
        execution_profile::{ExecutionProfile, ExecutionProfileHandle},
        session::{Session, TlsContext},
        session_builder::SessionBuilder,
    },
    policies::{
        load_balancing::DefaultPolicy, retry::FallthroughRetryPolicy,
        speculative_execution::SimpleSpeculativeExecutionPolicy,
    },
    statement::{Consistency, SerialConsistency},
    value::CqlTimestamp,
};
use secrecy::{ExposeSecret as _, SecretString};

use switchboard_schema::Timestamp;

use super::{OpenError, schema::KEYSPACE_CHARS_MAX};

/// How long opening one connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How often an idle connection is asked whether it lives, and how long it may take to say so.
const KEEPALIVE: Duration = Duration::from_secs(5);
/// How far our clock may be ahead of the cluster's when the store is opened.
const CLOCK_AHEAD_MAX: Duration = Duration::from_secs(3_600);
/// How long all nodes may take to agree on a changed table.
const AGREEMENT_MAX: Duration = Duration::from_secs(60);
/// How long one attempt of a request may take before another node is asked.
pub(super) const ATTEMPT_MAX: Duration = Duration::from_secs(2);
/// After how long a request is also sent to a second node: as it is the same write with the same time, or a read, it
/// does not matter if both do it.
pub(super) const SECOND_NODE_AFTER: Duration = Duration::from_millis(250);

/// Where the cluster is.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Nodes to begin with, `host:port`; the others are learned from them.
    pub nodes: Vec<String>,
    /// The keyspace; another with `_claims` behind its name goes with it. Letters, digits and underscores.
    pub keyspace: String,
    /// Copies of each row, in each data centre. Only for keyspaces that are not there yet.
    pub replication_factor: u8,
    /// The data centre whose nodes are asked; none: whichever.
    pub datacenter: Option<String>,
    /// The role's name and password.
    pub login: Option<(String, SecretString)>,
    /// The certificates (PEM) by one of which the nodes' own are signed; none: no TLS.
    pub tls_ca: Option<PathBuf>,
}

impl Cluster {
    /// Checks the keyspace's name, as it becomes part of statements.
    fn check(&self) -> Result<(), OpenError> {
        let name = &self.keyspace;
        let fits = name.len() <= KEYSPACE_CHARS_MAX
            && name.starts_with(|letter: char| letter.is_ascii_lowercase())
            && name
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if fits {
            Ok(())
        } else {
            Err(OpenError::Keyspace { name: name.clone(), chars_max: KEYSPACE_CHARS_MAX })
        }
    }

    /// Connects, to as many nodes as there are.
    pub(super) async fn connect(&self) -> Result<Session, OpenError> {
        self.check()?;
        let mut builder = SessionBuilder::new()
            .known_nodes(&self.nodes)
            .connection_timeout(CONNECT_MAX)
            .keepalive_interval(KEEPALIVE)
            .keepalive_timeout(KEEPALIVE)
            .schema_agreement_timeout(AGREEMENT_MAX)
            .tcp_nodelay(true)
            .default_execution_profile_handle(self.profile(false))
            .tls_context(self.tls()?);
        if let Some((user, password)) = &self.login {
            builder = builder.user(user, password.expose_secret());
        }
        let session = builder.build().await.map_err(|error| OpenError::Cluster(error.to_string()))?;
        let state = session.get_cluster_state();
        let names: BTreeSet<_> =
            state.get_nodes_info().iter().filter_map(|node| node.datacenter.as_deref()).collect();
        if self.datacenter.is_none() && names.len() > 1 {
            return Err(OpenError::Datacenters { names: Vec::from_iter(names).join(", ") });
        }
        Ok(session)
    }

    /// How requests are sent. Nothing is repeated by the driver: whether a repetition is right is decided by
    /// [`super::verdict`], and it must carry the same time.
    pub(super) fn profile(&self, second_node: bool) -> ExecutionProfileHandle {
        let mut policy = DefaultPolicy::builder().token_aware(true);
        if let Some(datacenter) = &self.datacenter {
            policy = policy.prefer_datacenter(datacenter.clone()).permit_dc_failover(false);
        }
        let second =
            SimpleSpeculativeExecutionPolicy { max_retry_count: 1, retry_interval: SECOND_NODE_AFTER };
        ExecutionProfile::builder()
            .consistency(Consistency::LocalQuorum)
            .serial_consistency(Some(SerialConsistency::LocalSerial))
            .request_timeout(Some(ATTEMPT_MAX))
            .retry_policy(Arc::new(FallthroughRetryPolicy::new()))
            .load_balancing_policy(policy.build())
            .speculative_execution_policy(second_node.then(|| Arc::new(second) as _))
            .build()
            .into_handle()
    }

    fn tls(&self) -> Result<Option<TlsContext>, OpenError> {
        let Some(path) = &self.tls_ca else { return Ok(None) };
        let unusable = |problem: String| OpenError::Certificates { file: path.clone(), problem };
        let text = fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&text) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(unusable("holds no certificate".to_owned()));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Some(TlsContext::from(Arc::new(config))))
    }
}

/// Refuses a clock that is far ahead of the cluster's: ScyllaDB takes no write that is more than three days ahead, and
/// times once given are never taken back.
pub(super) async fn check_clock(session: &Session, now: Timestamp) -> Result<(), OpenError> {
    let answer = session.query_unpaged("SELECT toTimestamp(now()) FROM system.local", ()).await;
    let answer = answer.map_err(|error| OpenError::Cluster(error.to_string()))?;
    let rows = answer.into_rows_result().map_err(OpenError::strange)?;
    let (theirs,) = rows.single_row::<(CqlTimestamp,)>().map_err(OpenError::strange)?;
    let ahead = now.as_millis().saturating_sub(theirs.0);
    let ahead_max = i64::try_from(CLOCK_AHEAD_MAX.as_millis()).unwrap_or(i64::MAX);
    if ahead > ahead_max { Err(OpenError::Clock { ahead_s: ahead / 1_000 }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Cluster {
        Cluster {
            nodes: Vec::new(),
            keyspace: name.to_owned(),
            replication_factor: 1,
            datacenter: None,
            login: None,
            tls_ca: None,
        }
    }

    #[test]
    fn a_keyspace_is_a_name_and_nothing_else() {
        assert!(named("switchboard_2").check().is_ok());
        for bad in
            ["", "2x", "Switchboard", "a b", "a;drop keyspace b", "ä", &"a".repeat(KEYSPACE_CHARS_MAX + 1)]
        {
            assert!(named(bad).check().is_err(), "{bad}");
        }
    }

    #[test]
    fn certificates_that_are_none_are_refused_by_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("ca.pem");
        for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            fs::write(&file, text).expect("a file");
            let cluster = Cluster { tls_ca: Some(file.clone()), ..named("a") };
            let Err(error) = cluster.tls() else { panic!("taken") };
            assert!(error.to_string().contains("ca.pem"), "{error}");
        }
    }
}
