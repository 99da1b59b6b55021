//! Files of customers: fetched whatever happens, and served so that they harm nobody.

use http::HeaderMap;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use switchboard_simulator::{Fault, Faults, Update, When, payload};
use switchboard_store::{s3::Bucket, testing::s3::S3Server};

use crate::support::{
    api::Api,
    postman::{customer, message_id},
    snapshot::text,
    stage::Stage,
    until,
};

/// A small picture, as a PNG.
fn png(width: u32, height: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 9]));
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).expect("it is written");
    out.into_inner()
}

/// A picture of somebody's, whose file is on the provider's shelf.
fn photo(stage: &Stage, nth: u64, told_mime: &str, bytes: &[u8]) -> Update {
    let from = customer(1);
    let media = stage.graph().put_media(None, told_mime, bytes.to_vec());
    let (id, at_s) = (message_id(&from, nth), stage.world.clock().now_s());
    payload::image_message(&from, &id, at_s, &media.id, told_mime, &media.sha256_base64(), None)
}

/// The file of the n-th message, once it is in this state.
async fn file(stage: &Stage, nth: u64, state: &str) -> Value {
    let id = message_id(&customer(1), nth);
    until(&format!("the file of {id} to be {state}"), async || {
        let message = stage.message_by_provider_id(&id).await?;
        Some(message["content"].clone()).filter(|content| content["state"] == state)
    })
    .await
}

/// A file as it is answered: status, headers, bytes.
async fn fetch(api: &Api, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
    let api = headers.iter().fold(api.clone(), |api, (name, value)| api.with(name, value));
    let response = api.fetch(path).await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.expect("a body").to_vec())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().expect("visible")
}

#[tokio::test]
async fn a_customers_picture_is_fetched_and_served_whole_small_and_in_part() {
    let stage = Stage::new().await;
    let bytes = png(1_000, 500);
    stage.postman.deliver(&[photo(&stage, 1, "image/jpeg", &bytes)]).await;
    let content = file(&stage, 1, "ready").await;
    assert_eq!((&content["mime_type"], &content["width"]), (&json!("image/png"), &json!(1_000)));
    let path = format!("/api/v1/media/{}", text(&content, "media_id"));

    let (status, headers, whole) = fetch(&stage.api, &path, &[]).await;
    assert_eq!((status, whole == bytes), (200, true));
    assert_eq!(
        (header(&headers, "content-type"), header(&headers, "content-disposition")),
        ("image/png", "inline")
    );
    let tag = header(&headers, "etag").to_owned();
    assert_eq!(fetch(&stage.api, &path, &[("if-none-match", &tag)]).await.0, 304);

    let (status, headers, part) = fetch(&stage.api, &path, &[("range", "bytes=10-19")]).await;
    assert_eq!((status, part), (206, bytes[10..20].to_vec()));
    assert_eq!(header(&headers, "content-range"), format!("bytes 10-19/{}", bytes.len()));
    let beyond = format!("bytes={}-", bytes.len());
    assert_eq!(fetch(&stage.api, &path, &[("range", &beyond)]).await.0, 416);

    let (status, headers, small) = fetch(&stage.api, &format!("{path}?thumbnail=true"), &[]).await;
    assert_eq!((status, header(&headers, "content-type")), (200, "image/jpeg"));
    let small = image::load_from_memory(&small).expect("a picture");
    assert_eq!((small.width(), small.height()), (640, 320));
}

#[tokio::test]
async fn no_hostile_file_harms_a_browser_whatever_it_is_said_to_be() {
    let stage = Stage::new().await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>"#.to_vec();
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    // Both a GIF and a script.
    let polyglot = b"GIF89a/*\x01\0\x01\0\x80\0\0*/=1;alert(1);//".to_vec();
    // A few bytes that ask for 60,000 x 60,000 pixels.
    let mut bomb = png(8, 8);
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let hostile = [
        ("image/svg+xml", svg.clone(), "attachment", "application/octet-stream"),
        ("image/jpeg", svg, "attachment", "application/octet-stream"),
        ("image/png", html.clone(), "attachment", "application/octet-stream"),
        ("text/html", html, "attachment", "application/octet-stream"),
        // A picture to a browser, which does not run it: it may not guess, and nothing may run.
        ("image/jpeg", polyglot, "inline", "image/gif"),
        ("image/png", bomb, "inline", "image/png"),
    ];
    for (nth, (told, bytes, disposition, mime)) in (1..).zip(hostile) {
        stage.postman.deliver(&[photo(&stage, nth, told, &bytes)]).await;
        let content = file(&stage, nth, "ready").await;
        assert!(content.get("thumbnail").is_none(), "nothing is made of it: {content}");
        let path = format!("/api/v1/media/{}", text(&content, "media_id"));
        let link = stage.api.post(&format!("{path}/links"), &json!({})).await.of(201);
        for path in [path, text(&link, "url")] {
            let (status, headers, served) = fetch(&stage.api, &path, &[]).await;
            assert_eq!((status, served == bytes), (200, true), "{told}");
            assert_eq!(header(&headers, "content-type"), mime, "{told}");
            assert!(header(&headers, "content-disposition").starts_with(disposition), "{told}");
            assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
            let policy = header(&headers, "content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
            assert!(!policy.contains("script"), "{policy}");
        }
    }
}

#[tokio::test]
async fn a_documents_name_leads_nowhere_and_adds_no_header() {
    let stage = Stage::new().await;
    let from = customer(1);
    for (nth, name, saved_as) in [
        (1, "../../etc/passwd", "passwd"),
        (2, "C:\\windows\\a b.pdf", "a b.pdf"),
        (3, "a\r\nSet-Cookie: x=1\r\n\r\n.pdf", "a__Set-Cookie_ x_1____.pdf"),
        (4, "\"; filename=\"evil.html", "__ filename__evil.html"),
    ] {
        let media = stage.graph().put_media(None, "application/pdf", b"%PDF-1.7".to_vec());
        let (id, at_s) = (message_id(&from, nth), stage.world.clock().now_s());
        let document = json!({
            "id": media.id, "mime_type": "application/pdf", "sha256": media.sha256_base64(), "filename": name,
        });
        let update = payload::message_of_type(&from, &id, at_s, "document", &document);
        stage.postman.deliver(&[update]).await;
        let content = file(&stage, nth, "ready").await;
        let path = format!("/api/v1/media/{}", text(&content, "media_id"));
        let (status, headers, _) = fetch(&stage.api, &path, &[]).await;
        assert_eq!(status, 200, "{name}");
        let disposition = header(&headers, "content-disposition");
        assert!(disposition.starts_with(&format!("attachment; filename=\"{saved_as}\";")), "{disposition}");
        assert!(headers.get("set-cookie").is_none());
    }
}

#[tokio::test]
async fn a_link_serves_its_file_without_a_session_and_no_other_link_does() {
    let stage = Stage::new().await;
    stage.postman.deliver(&[photo(&stage, 1, "image/png", &png(10, 10))]).await;
    let id = text(&file(&stage, 1, "ready").await, "media_id");
    let link = stage.api.post(&format!("/api/v1/media/{id}/links"), &json!({})).await.of(201);
    let url = text(&link, "url");
    let nobody = Api::nobody(stage.server.address());
    let (status, headers, _) = fetch(&nobody, &url, &[]).await;
    assert_eq!((status, header(&headers, "cache-control")), (200, "private, no-cache"), "a link ends");
    assert_eq!(nobody.get(&format!("/api/v1/media/{id}")).await.status, 401);

    let (head, last) = url.split_at(url.len() - 8);
    let turned: String = last.chars().rev().collect();
    for tampered in
        [format!("{head}{turned}"), head.to_owned(), "/media/AAAA".to_owned(), format!("{url}AAAA")]
    {
        nobody.get(&tampered).await.is_problem(404, "not_found");
    }
    // Another workspace sees neither the file nor a way to a link.
    let theirs = Api::of(stage.server.address(), &stage.server.workspace("second"));
    theirs.get(&format!("/api/v1/media/{id}")).await.is_problem(404, "not_found");
    theirs.post(&format!("/api/v1/media/{id}/links"), &json!({})).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_file_whose_fetching_is_disturbed_comes_all_the_same() {
    let mut stage = Stage::new().await;
    let bytes = png(20, 20);
    // The question where it is fails, and then the server dies.
    assert!(stage.graph().script(When::AnyRequest, Fault::Status(500)));
    stage.postman.deliver(&[photo(&stage, 1, "image/png", &bytes)]).await;
    stage.server.kill();
    stage.server.boot().await;
    let content = file(&stage, 1, "ready").await;
    let path = format!("/api/v1/media/{}", text(&content, "media_id"));
    assert!(fetch(&stage.api, &path, &[]).await.2 == bytes);
}

#[tokio::test]
async fn a_file_that_the_provider_does_not_have_says_so() {
    let stage = Stage::new().await;
    let from = customer(1);
    let (id, at_s) = (message_id(&from, 1), stage.world.clock().now_s());
    let gone = payload::image_message(&from, &id, at_s, "4711", "image/png", "", None);
    stage.postman.deliver(&[gone]).await;
    let content = file(&stage, 1, "failed").await;
    assert!(text(&content, "problem").contains("Ask for it again"), "{content}");
    let path = format!("/api/v1/media/{}", text(&content, "media_id"));
    stage.api.get(&path).await.is_problem(409, "media_failed");
}

/// A stage whose files are kept in a bucket.
async fn over(bucket: &Bucket) -> Stage {
    let settings = [
        ("BLOBS__KIND", "s3"),
        ("BLOBS__S3_ENDPOINT", bucket.endpoint.as_str()),
        ("BLOBS__S3_BUCKET", &bucket.name),
        ("BLOBS__S3_ACCESS_KEY", &bucket.access_key),
        ("BLOBS__S3_SECRET_KEY", bucket.secret_key.expose_secret()),
    ];
    Stage::with(1, Faults::none(), &settings).await
}

#[tokio::test]
async fn an_object_store_that_is_away_is_said_before_a_file_begins_and_in_the_log_alone() {
    let (mut store, bucket) = tokio::task::spawn_blocking(|| {
        let store = S3Server::start();
        let bucket = store.bucket();
        (store, bucket)
    })
    .await
    .expect("a bucket");
    let mut stage = over(&bucket).await;
    let upload = async |bytes: Vec<u8>| {
        let path = format!("/api/v1/media?channel_id={}&kind=document&filename=a.pdf", stage.channel.id);
        let url = format!("http://{}{path}", stage.api.address().now().await);
        let request = crate::support::api::client().post(url).bearer_auth(&stage.workspace.api_key);
        let answer = request.body(bytes).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("it is JSON"))
    };
    // In two parts, of which the second is at least half a part.
    let mut long = b"%PDF-1.7\n".to_vec();
    long.resize(6 * 1_024 * 1_024, b'x');
    let (status, whole) = upload(long.clone()).await;
    assert_eq!(status, 201, "{whole}");
    let path = format!("/api/v1/media/{}", text(&whole, "media_id"));
    assert!(fetch(&stage.api, &path, &[]).await.2 == long);

    store.stop();
    let away = stage.api.get(&path).await;
    away.is_problem(503, "unavailable");
    assert!(away.headers.contains_key("retry-after"));
    let (status, refused) = upload(b"%PDF-1.7\n".to_vec()).await;
    assert_eq!((status, refused["code"].as_str()), (503, Some("unavailable")));
    for detail in [text(&away.body, "detail"), text(&refused, "detail")] {
        assert!(!detail.contains("http") && !detail.contains(&bucket.name), "{detail}");
    }
    assert!(stage.server.log().contains(&bucket.name), "the log has the rest");
    let store = tokio::task::spawn_blocking(move || {
        store.start_again();
        store
    })
    .await
    .expect("it starts");

    // One part is gone, and then the other.
    let kept = store.folder(&bucket.name).join("lasting");
    let kept =
        std::fs::read_dir(kept).expect("a folder").next().expect("a workspace").expect("a name").path();
    let of_size = |bytes: u64| {
        let files = std::fs::read_dir(&kept).expect("a folder").flatten().map(|file| file.path());
        files
            .into_iter()
            .find(|file| file.metadata().is_ok_and(|found| found.len() == bytes))
            .expect("a part")
    };
    std::fs::remove_file(of_size(2 * 1_024 * 1_024)).expect("it is there");
    let broken = stage.api.fetch(&path).await.expect("an answer");
    assert_eq!(broken.status(), 200);
    assert!(broken.bytes().await.is_err(), "it breaks off");
    until("the log to tell", async || stage.server.log().contains("a file broke off").then_some(())).await;
    std::fs::remove_file(of_size(4 * 1_024 * 1_024)).expect("it is there");
    stage.api.get(&path).await.is_problem(410, "media_gone");

    // The bucket twice in the settings is said, too, and nothing is left of having tried.
    stage.server.kill();
    stage.server.set("BLOBS__S3_ENDPOINT", &format!("{}{}", bucket.endpoint, bucket.name));
    let said = stage.server.fails(&["check"]);
    assert!(said.contains("wrong  blobs.s3_endpoint: give the endpoint without the bucket"), "{said}");
    stage.server.set("BLOBS__S3_ENDPOINT", "s3.example");
    assert!(stage.server.fails(&["check"]).contains("must begin with http"));
}

#[tokio::test]
async fn files_are_kept_in_a_bucket_where_the_settings_say_so() {
    let bucket = tokio::task::spawn_blocking(|| S3Server::shared().bucket()).await.expect("a bucket");
    let mut stage = over(&bucket).await;
    let bytes = png(1_000, 500);
    stage.postman.deliver(&[photo(&stage, 1, "image/png", &bytes)]).await;
    let content = file(&stage, 1, "ready").await;
    let path = format!("/api/v1/media/{}", text(&content, "media_id"));
    assert!(fetch(&stage.api, &path, &[]).await.2 == bytes);
    assert!(!stage.server.folder().join("blobs").exists(), "nothing is kept beside it");
    stage.server.kill();
    stage.server.boot().await;
    assert!(fetch(&stage.api, &path, &[]).await.2 == bytes);
    assert!(stage.server.run(&["check"]).contains("ok     blobs.s3_bucket"));
    stage.server.set("BLOBS__S3_SECRET_KEY", "a guess");
    let said = stage.server.fails(&["check"]);
    assert!(said.contains("wrong  blobs.s3_access_key") && !said.contains("a guess"), "{said}");
}
