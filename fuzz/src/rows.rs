//! What the store gives back: our own words, unless a disk or a hand has changed them.

use std::{
    fmt::Debug,
    sync::{Arc, LazyLock},
};

use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use switchboard_domain::inbound::Update;
use switchboard_ports::secrets::Vault as _;
use switchboard_schema::{
    record::{
        ApiKeyBody, Attempt, ChannelBody, ClaimTarget, ClientKey, ContactBody, DeadLetter, Head, Item,
        MemberBody, OtherUpdate, Sealed, SessionBody, TenantBody, UserBody,
    },
    table::{Cell, CellType, Json},
    wire::{Conversation, ServerFrame},
};
use switchboard_store::{MasterKey, SealingVault, SystemEntropy};

static VAULT: LazyLock<SealingVault> = LazyLock::new(|| {
    let key = SecretString::from("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    SealingVault::new(&MasterKey::from_text(&key).expect("a key"), Arc::new(SystemEntropy::new()))
});

/// A cell of a body column, as each kind of row would read it: what reads survives being written again.
pub(crate) fn stored(bytes: &[u8]) -> bool {
    assert!(VAULT.open("place", &Sealed(bytes.to_vec())).is_err(), "nobody but us seals");
    let taken = [
        survives::<ClaimTarget>(bytes),
        survives::<UserBody>(bytes),
        survives::<SessionBody>(bytes),
        survives::<TenantBody>(bytes),
        survives::<MemberBody>(bytes),
        survives::<ApiKeyBody>(bytes),
        survives::<ChannelBody>(bytes),
        survives::<ContactBody>(bytes),
        survives::<Conversation>(bytes),
        survives::<Head>(bytes),
        survives::<Item>(bytes),
        survives::<Attempt>(bytes),
        survives::<ClientKey>(bytes),
        survives::<DeadLetter>(bytes),
        survives::<OtherUpdate>(bytes),
        survives::<Update>(bytes),
        survives::<ServerFrame>(bytes),
    ];
    taken.contains(&true)
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> bool {
    let Ok(Json(value)) = Json::<T>::from_cell(Cell::Blob(bytes.to_vec())) else { return false };
    let written = serde_json::to_vec(&value).expect("a row can be written");
    assert_eq!(Json::<T>::from_cell(Cell::Blob(written)), Ok(Json(value)));
    true
}
