//! The Scylla store, against a real CQL server.

use switchboard_store::testing::cassandra::Cassandra;

#[tokio::test]
async fn a_cluster_starts() {
    let begun = std::time::Instant::now();
    let cluster = Cassandra::start(1);
    eprintln!("started in {:?}", begun.elapsed());
    let session = scylla::client::session_builder::SessionBuilder::new()
        .known_nodes_addr(cluster.addresses())
        .build()
        .await
        .expect("a session");
    let rows = session.query_unpaged("SELECT release_version FROM system.local", ()).await.expect("rows");
    eprintln!("{:?}", rows.into_rows_result().expect("rows").single_row::<(String,)>());
}
