//! Bodies in a bucket, over a real S3 server.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use secrecy::SecretString;
use switchboard_ports::{
    blob::{Blobs, ENDING_LIFE, Error, Life},
    clock::Clock as _,
    store::conformance::{HandClock, blobs::Backend},
};
use switchboard_schema::{BlobId, TenantId, TenantScope};
use switchboard_store::{
    S3Blobs,
    blobs::MAX_BODY_BYTES,
    s3::{Bucket, OpenError, look},
    testing::s3::S3Server,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    runtime::Handle,
};

/// Bodies in a bucket of their own.
struct InBucket {
    blobs: Arc<S3Blobs>,
    clock: Arc<HandClock>,
    bucket: Bucket,
}

impl InBucket {
    async fn open(bucket: Bucket, clock: Arc<HandClock>) -> Self {
        let blobs = S3Blobs::open(&bucket, clock.clone(), Handle::current()).await.expect("the bucket opens");
        Self { blobs, clock, bucket }
    }
}

impl Backend for InBucket {
    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::clone(&self.blobs) as Arc<dyn Blobs>
    }

    fn clock(&self) -> &HandClock {
        &self.clock
    }

    async fn reopen(self) -> Self {
        let Self { blobs, clock, bucket } = self;
        blobs.close().await;
        Self::open(bucket, clock).await
    }
}

async fn bucket() -> InBucket {
    InBucket::open(S3Server::shared().bucket(), Arc::default()).await
}

switchboard_ports::blobs_suite!(bucket);

fn scope() -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([1; 16]))
}

fn id(n: u8) -> BlobId {
    BlobId::from_bytes([n; 16])
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_wrong_with_a_bucket_is_said_at_the_start() {
    let right = S3Server::shared().bucket();
    assert!(look(&right).await.is_ok());
    let wrong = Bucket { name: "not-there".to_owned(), ..right.clone() };
    let error = look(&wrong).await.expect_err("there is none");
    assert!(matches!(error, OpenError::NoBucket(_)), "{error}");
    let wrong = Bucket { secret_key: SecretString::from("a guess"), ..right.clone() };
    let error = look(&wrong).await.expect_err("the key is wrong");
    assert!(matches!(error, OpenError::Keys(_)), "{error}");
    assert!(!error.to_string().contains("a guess"));
    let folder = S3Server::shared().folder(&right.name);
    let with_bucket = format!("{}{}", right.endpoint, right.name).parse().expect("an address");
    let wrong = Bucket { endpoint: with_bucket, ..right.clone() };
    let error = look(&wrong).await.expect_err("the bucket is named twice");
    assert!(matches!(error, OpenError::Endpoint(_)), "{error}");
    let left = std::fs::read_dir(&folder).expect("the bucket").flatten().map(|entry| entry.path());
    let left: Vec<_> = left.filter(|path| path.is_file() || path.join("probe").exists()).collect();
    assert!(left.is_empty(), "what was written to try is taken away: {left:?}");
    let wrong = Bucket { endpoint: "http://127.0.0.1:9".parse().expect("an address"), ..right };
    let error = look(&wrong).await.expect_err("nobody is there");
    assert!(matches!(error, OpenError::Unreachable(_)), "{error}");
    // One that answers with pages.
    let trace = format!(
        "<html><pre>java.lang.IllegalStateException\n{}</pre></html>",
        "\tat org.example\n".repeat(99)
    );
    let page = format!(
        "HTTP/1.1 501 Not Implemented\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{trace}",
        trace.len()
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    let answering = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let page = page.clone();
            tokio::spawn(async move {
                let mut head = [0; 4_096];
                if stream.read(&mut head).await.is_ok_and(|bytes| bytes > 0) {
                    stream.write_all(page.as_bytes()).await.ok();
                }
            });
        }
    });
    let wrong = Bucket { endpoint: endpoint.parse().expect("an address"), ..S3Server::shared().bucket() };
    let error = look(&wrong).await.expect_err("it is no object store").to_string();
    assert!(error.contains("501") && !error.contains("java") && !error.contains('\n'), "{error}");
    answering.abort();
}

#[tokio::test(flavor = "current_thread")]
async fn while_the_object_store_is_away_nothing_is_said_to_be_kept_and_afterwards_all_goes_on() {
    let mut server = S3Server::start();
    let bodies = InBucket::open(server.bucket(), Arc::default()).await;
    let body = Bytes::from_static(b"a body");
    assert_eq!(bodies.blobs.put(scope(), Life::Lasting, id(1), body.clone()).await, Ok(()));
    server.stop();
    let put = bodies.blobs.put(scope(), Life::Lasting, id(2), body.clone()).await;
    assert!(matches!(put, Err(Error::Unavailable(_))), "{put:?}");
    let got = bodies.blobs.get(scope(), Life::Lasting, id(1)).await;
    assert!(matches!(got, Err(Error::Unavailable(_))), "and not that it is gone: {got:?}");
    server.start_again();
    assert_eq!(bodies.blobs.get(scope(), Life::Lasting, id(1)).await, Ok(body.clone()));
    assert_eq!(bodies.blobs.put(scope(), Life::Lasting, id(2), body).await, Ok(()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_body_beyond_the_limit_is_refused_before_it_is_sent() {
    let bodies = bucket().await;
    let put = bodies.blobs.put(scope(), Life::Lasting, id(1), Bytes::from(vec![0; MAX_BODY_BYTES + 1])).await;
    assert!(matches!(put, Err(Error::Unavailable(_))));
    assert_eq!(bodies.blobs.get(scope(), Life::Lasting, id(1)).await, Err(Error::NotFound));
}

#[tokio::test(flavor = "current_thread")]
async fn an_ending_body_that_is_put_again_is_there_once() {
    let bodies = bucket().await;
    let body = Bytes::from_static(b"a body");
    for _ in 0..3 {
        assert_eq!(bodies.blobs.put(scope(), Life::Ending, id(1), body.clone()).await, Ok(()));
        bodies.clock.advance(Duration::from_secs(60));
    }
    let folder = S3Server::shared().folder(&bodies.bucket.name).join("ending");
    let names = std::fs::read_dir(folder.join(scope().tenant().to_string()).join(id(1).to_string()));
    assert_eq!(names.expect("its names").count(), 1);
    bodies.clock.advance(ENDING_LIFE);
    assert_eq!(bodies.blobs.sweep(bodies.clock.now()).await, Ok(1));
}

#[tokio::test(flavor = "current_thread")]
async fn after_its_end_nothing_is_taken_and_what_was_taken_is_done() {
    let bodies = bucket().await;
    let body = Bytes::from_static(b"a body");
    let puts: Vec<_> =
        (0..60).map(|n| bodies.blobs.put(scope(), Life::Lasting, id(n), body.clone())).collect();
    bodies.blobs.close().await;
    for put in puts {
        assert_eq!(put.await, Ok(()));
    }
    let late = bodies.blobs.get(scope(), Life::Lasting, id(1)).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
}
