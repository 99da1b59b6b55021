//! A file of a message comes off the message's path, whatever happens on the way; or it says why it does not.

use std::time::Duration;

use base64::Engine as _;
use switchboard_domain::{
    inbound::{MediaSource, Update},
    media::{KEPT_BY_PROVIDER, UPLOAD_KEPT_BY_PROVIDER},
};
use switchboard_ports::channel::FetchError;
use switchboard_schema::{
    ConversationId, MediaId,
    wire::{Attachment, Content, IdentityKind, MediaKind, MediaState, SendContent, SendFile, SendRequest},
};

use crate::{
    audit::audit_soon,
    world::{Running, World, eventually, run},
};

const PHONE: (IdentityKind, &str) = (IdentityKind::Phone, "31620000001");

fn attachment(mime_type: &str) -> Attachment {
    Attachment {
        media_id: MediaId::from_bytes([0; 16]),
        mime_type: mime_type.to_owned(),
        caption: None,
        filename: Some("from a customer.html".to_owned()),
        voice: false,
        animated: false,
        state: MediaState::Waiting,
        problem: None,
        size: None,
        width: None,
        height: None,
        thumbnail: false,
    }
}

fn photo(world: &World, id: &str, bytes: &[u8]) -> Update {
    let mut message = world.inbound(id, &[PHONE]);
    message.content = Content::Image(attachment("image/jpeg"));
    let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
    message.media = Some(MediaSource {
        provider_media_id: format!("file of {id}"),
        sha256: Some(base64::engine::general_purpose::STANDARD.encode(hash)),
        url: None,
    });
    Update::Message(message)
}

fn png() -> Vec<u8> {
    let image = image::RgbImage::from_fn(1_000, 500, |x, y| image::Rgb([x as u8, y as u8, 9]));
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).expect("it is written");
    out.into_inner()
}

async fn file_of(world: &World, running: &Running, id: ConversationId) -> Attachment {
    let thread = world.thread(running, id).await.expect("the thread is read");
    thread[0].content.attachment().expect("it has a file").clone()
}

async fn becomes(world: &World, running: &Running, id: ConversationId, state: MediaState) -> Attachment {
    eventually("the file is told of", async || {
        let file = file_of(world, running, id).await;
        if file.state == state { Ok(()) } else { Err(format!("{file:?}")) }
    })
    .await;
    file_of(world, running, id).await
}

async fn read(world: &World, running: &Running, id: MediaId) -> Vec<u8> {
    let file = running.house.file(world.scope, id).await.expect("it is there");
    let mut bytes = Vec::new();
    for part in file.parts {
        bytes.extend_from_slice(&running.house.part(world.scope, part).await.expect("a part"));
    }
    bytes
}

#[test]
fn a_file_is_fetched_made_smaller_and_told_as_what_its_bytes_are() {
    run(async {
        let (mut world, running) = World::with_channel(81).await;
        let bytes = png();
        let shelf = bytes.clone();
        world.provider.keep_files(move |_, _| Ok(shelf.clone()));
        world.deliver(&running, vec![photo(&world, "in.1", &bytes)]).await;
        let id = world.only_conversation(&running).await;
        let file = becomes(&world, &running, id, MediaState::Ready).await;
        assert_eq!((file.mime_type.as_str(), file.width, file.height), ("image/png", Some(1_000), Some(500)));
        assert!(file.thumbnail && file.size == Some(bytes.len() as u64));
        assert_eq!(read(&world, &running, file.media_id).await, bytes);
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_file_of_many_parts_comes_whole() {
    run(async {
        let (mut world, running) = World::with_channel(82).await;
        let bytes: Vec<u8> = (0..9_000_000_u32).map(|n| (n / 7) as u8).collect();
        let shelf = bytes.clone();
        world.provider.keep_files(move |_, _| Ok(shelf.clone()));
        world.deliver(&running, vec![photo(&world, "in.1", &bytes)]).await;
        let id = world.only_conversation(&running).await;
        let file = becomes(&world, &running, id, MediaState::Ready).await;
        assert_eq!(running.house.file(world.scope, file.media_id).await.expect("it is there").parts.len(), 3);
        assert!(read(&world, &running, file.media_id).await == bytes);
        world.crash(running).await;
    });
}

#[test]
fn bytes_that_are_not_the_file_are_not_taken_and_it_is_asked_for_again() {
    run(async {
        let (mut world, running) = World::with_channel(83).await;
        world.provider.keep_files(|_, earlier| {
            Ok(if earlier == 0 { b"something else".to_vec() } else { b"the file".to_vec() })
        });
        world.deliver(&running, vec![photo(&world, "in.1", b"the file")]).await;
        let id = world.only_conversation(&running).await;
        let running = later(&mut world, running, Duration::from_secs(300)).await;
        let file = becomes(&world, &running, id, MediaState::Ready).await;
        assert_eq!(read(&world, &running, file.media_id).await, b"the file");
        world.crash(running).await;
    });
}

/// Time goes by, and what was to be woken is.
async fn later(world: &mut World, running: Running, by: Duration) -> Running {
    eventually("the first try is noted", async || {
        let noted = running.house.fire_wakeups(false).await;
        noted.map(drop).map_err(|refusal| refusal.to_string())
    })
    .await;
    world.clock.advance(by);
    running.house.fire_wakeups(false).await.expect("the wake-ups are fired");
    running
}

#[test]
fn a_file_that_did_not_come_before_a_crash_comes_after_it() {
    run(async {
        let (mut world, running) = World::with_channel(84).await;
        world.provider.keep_files(|_, _| Err(FetchError::Unavailable("no answer".to_owned())));
        world.deliver(&running, vec![photo(&world, "in.1", b"the file")]).await;
        let id = world.only_conversation(&running).await;
        world.provider.keep_files(|_, _| Ok(b"the file".to_vec()));
        let running = world.restart(running).await;
        world.clock.advance(Duration::from_secs(300));
        running.house.fire_wakeups(true).await.expect("the wake-ups are fired");
        becomes(&world, &running, id, MediaState::Ready).await;
        world.crash(running).await;
    });
}

#[test]
fn a_file_that_does_not_come_for_a_while_says_that_it_is_asked_for_on_and_comes_all_the_same() {
    run(async {
        let (mut world, running) = World::with_channel(87).await;
        world.provider.keep_files(|_, earlier| match earlier {
            0..6 => Err(FetchError::Unavailable("no answer".to_owned())),
            _ => Ok(b"the file".to_vec()),
        });
        world.deliver(&running, vec![photo(&world, "in.1", b"the file")]).await;
        let id = world.only_conversation(&running).await;
        assert_eq!(file_of(&world, &running, id).await.problem, None, "it has just come");
        let in_time = async |what: &str, seconds: u64, is_so: fn(&Attachment) -> bool| {
            eventually(what, async || {
                world.clock.advance(Duration::from_secs(seconds));
                running.house.fire_wakeups(true).await.expect("the wake-ups are fired");
                let file = file_of(&world, &running, id).await;
                if is_so(&file) { Ok(()) } else { Err(format!("{file:?}")) }
            })
            .await;
        };
        in_time("it is said that it waits", 120, |file| {
            file.state == MediaState::Waiting && file.problem.is_some()
        })
        .await;
        in_time("it comes", 3_600, |file| file.state == MediaState::Ready && file.problem.is_none()).await;
        world.crash(running).await;
    });
}

#[test]
fn a_file_that_is_gone_says_so_and_is_not_asked_for_again() {
    run(async {
        let (mut world, running) = World::with_channel(85).await;
        world.provider.keep_files(|_, earlier| {
            assert_eq!(earlier, 0, "it is gone");
            Err(FetchError::Gone("WhatsApp does not have this file any more.".to_owned()))
        });
        world.deliver(&running, vec![photo(&world, "in.1", b"the file")]).await;
        let id = world.only_conversation(&running).await;
        let file = becomes(&world, &running, id, MediaState::Failed).await;
        assert_eq!(file.problem.as_deref(), Some("WhatsApp does not have this file any more."));
        world.clock.advance(KEPT_BY_PROVIDER);
        running.house.fire_wakeups(false).await.expect("the wake-ups are fired");
        world.crash(running).await;
    });
}

#[test]
fn a_link_is_good_for_its_file_for_a_quarter_of_an_hour_and_for_nothing_else() {
    run(async {
        let (mut world, running) = World::with_channel(86).await;
        world.provider.keep_files(|_, _| Ok(b"the file".to_vec()));
        world.deliver(&running, vec![photo(&world, "in.1", b"the file")]).await;
        let id = world.only_conversation(&running).await;
        let file = becomes(&world, &running, id, MediaState::Ready).await;
        let link = running.house.link_to_file(world.scope, file.media_id).await.expect("a link");
        let token = link.url.strip_prefix("/media/").expect("its address");
        assert_eq!(running.house.file_of_link(token), Ok((world.scope, file.media_id)));
        for at in 0..token.len() {
            let mut changed = token.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("text");
            let found = running.house.file_of_link(&changed);
            // The last letter may hold bits that mean nothing.
            assert!(found.is_err() || (at + 1 == token.len() && found == Ok((world.scope, file.media_id))));
        }
        for odd in ["", "A", "!", &token[..token.len() - 4], &format!("{token}AAAA")] {
            assert!(running.house.file_of_link(odd).is_err(), "{odd}");
        }
        world.clock.advance(Duration::from_secs(15 * 60));
        assert!(running.house.file_of_link(token).is_err(), "it has run out");
        world.crash(running).await;
    });
}

#[test]
fn a_file_is_uploaded_once_for_many_messages_until_the_provider_drops_it() {
    run(async {
        let (mut world, running) = World::with_channel(87).await;
        world.deliver(&running, vec![world.message("in.1", &[PHONE])]).await;
        let id = world.only_conversation(&running).await;
        let file = MediaId::from_bytes([7; 16]);
        let mut incoming = running.house.incoming(world.scope);
        incoming.push(png().into()).await.expect("it is taken");
        let facts = running
            .house
            .keep_upload(world.scope, file, world.channel, Some(MediaKind::Image), None, incoming)
            .await
            .expect("it is kept");
        assert_eq!((facts.state, facts.mime_type.as_str()), (MediaState::Ready, "image/png"));
        let image = SendFile { media_id: file, caption: None, filename: None, voice: false };
        let request = SendRequest::of(SendContent::Image { image });
        for (nth, uploads) in [(1, 1), (2, 1), (3, 2)] {
            let key = format!("picture {nth}");
            world
                .insist(|| running.house.send(world.scope, world.act(&key), id, request.clone()))
                .await
                .expect("queued");
            eventually("it is sent", async || {
                let sent = world.provider.requests().len();
                if sent == nth { Ok(()) } else { Err(format!("{sent} requests")) }
            })
            .await;
            assert_eq!(world.provider.uploads().len(), uploads, "message {nth}");
            assert_eq!(world.provider.requests()[nth - 1].words, format!("upload.{uploads}"));
            if nth == 2 {
                world.clock.advance(UPLOAD_KEPT_BY_PROVIDER);
                world.deliver(&running, vec![world.message("in.2", &[PHONE])]).await;
            }
        }
        world.crash(running).await;
    });
}
