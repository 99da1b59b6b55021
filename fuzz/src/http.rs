//! What comes with a request of the API.

use std::{fmt::Debug, net::IpAddr};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Serialize, de::DeserializeOwned};
use switchboard::outside::{self, Headers};
use switchboard_channels::whatsapp::signature;
use switchboard_schema::wire;

use crate::socket::is_key;

/// A body, as every request that has one would read it.
pub(crate) fn body(bytes: &[u8]) -> bool {
    let taken = [
        survives::<wire::SendRequest>(bytes),
        survives::<wire::StartConversation>(bytes),
        survives::<wire::AssignRequest>(bytes),
        survives::<wire::TeamRequest>(bytes),
        survives::<wire::CreateTeam>(bytes),
        survives::<wire::ChangeTeam>(bytes),
        survives::<wire::Assignment>(bytes),
        survives::<wire::SetAvailability>(bytes),
        survives::<wire::ReadRequest>(bytes),
        survives::<wire::StatusRequest>(bytes),
        survives::<wire::Note>(bytes),
        survives::<wire::ContactPatch>(bytes),
        survives::<wire::ConnectChannel>(bytes),
        survives::<wire::SignIn>(bytes),
        survives::<wire::CreateUser>(bytes),
        survives::<wire::CreateApiKey>(bytes),
        administers(bytes),
    ];
    taken.contains(&true)
}

/// What is taken is taken for the same when it is written again; what is not is the sender's fault.
fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> bool {
    match outside::body::<T>(bytes) {
        Ok(value) => {
            let written = serde_json::to_vec(&value).expect("a request can be written");
            assert_eq!(outside::body::<T>(&written), Ok(value));
            true
        }
        Err(problem) => {
            assert!(matches!((problem.status, &*problem.code), (400, "malformed_json") | (422, "invalid")));
            assert!(problem.field.as_deref() != Some(""));
            false
        }
    }
}

fn administers(bytes: &[u8]) -> bool {
    let Some(written) = std::str::from_utf8(bytes).ok().and_then(outside::admin_request) else {
        return false;
    };
    assert_eq!(outside::admin_request(&written).as_ref(), Some(&written));
    true
}

/// A byte for the number of proxies, then headers, one a line.
pub(crate) fn headers(bytes: &[u8]) -> bool {
    let Some((&hops, lines)) = bytes.split_first() else { return false };
    let mut map = HeaderMap::new();
    for line in lines.split(|&byte| byte == b'\n').take(64) {
        let mut halves = line.splitn(2, |&byte| byte == b':');
        let (Some(name), Some(value)) = (halves.next(), halves.next()) else { continue };
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value.trim_ascii()))
        {
            map.append(name, value);
        }
    }
    let peer = IpAddr::from([192, 0, 2, 1]);
    let read = Headers::read(&map, peer, usize::from(hops % 4));
    if hops % 4 == 0 {
        assert_eq!(read.client, peer, "nobody in front is believed");
    }
    if let Some(Ok(key)) = &read.idempotency_key {
        assert!(is_key(key), "{key:?}");
    }
    if let Ok(Some(version)) = read.if_match {
        let tag = HeaderValue::try_from(format!("\"{version}\"")).expect("a tag");
        map.insert(http::header::IF_MATCH, tag);
        assert_eq!(Headers::read(&map, peer, 0).if_match, Ok(Some(version)));
    }
    if let Some(credential) = &read.credential {
        assert!(credential.len() <= Headers::CREDENTIAL_BYTES_MAX);
    }
    if let Some(accept) = &read.accept {
        assert_eq!(accept.len(), 28, "20 bytes in base64");
    }
    read.is_json || read.idempotency_key.is_some() || read.credential.is_some() || read.accept.is_some()
}

/// A query, as every address that has one would read it.
pub(crate) fn query(bytes: &[u8]) -> bool {
    let Ok(query) = std::str::from_utf8(bytes) else { return false };
    let taken = outside::queries(query);
    for problem in taken.iter().filter_map(|taken| taken.as_ref().err()) {
        assert_eq!((problem.status, &*problem.code), (422, "invalid"));
    }
    let challenge = signature::challenge(query, ["word", ""]);
    if let Some(challenge) = &challenge {
        assert!(challenge.len() <= signature::MAX_CHALLENGE_BYTES);
        assert!(query.contains("hub"), "only a whole question is answered");
    }
    outside::ticket(query).is_some() || challenge.is_some() || taken.iter().any(Result::is_ok)
}
